/** The look of every page: one column, system fonts, light and dark. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f4f5f8; --card: #fff; --text: #191b22; --soft: #5c6070; --line: #d9dce5; --field: #fff;
  --accent: #3d53f5; --accent-text: #fff; --error: #b3152a; --error-fill: #fdecee; --good: #0d6b3f; --good-fill: #e7f6ee; --info-fill: #eaedff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101116; --card: #191b22; --text: #eceef5; --soft: #a2a7b8; --line: #33363f; --field: #121319;
    --accent: #8b9aff; --accent-text: #0d1030; --error: #ff9aa6; --error-fill: #3a161c; --good: #7fdcae; --good-fill: #12301f; --info-fill: #1d2345;
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); }
.banner { padding: .4rem 1rem; background: var(--info-fill); color: var(--soft); font-size: .8rem; text-align: center; }
main { width: 100%; max-width: 27rem; margin: auto; padding: 2rem 1rem; }
main.wide { max-width: 46rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.75rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px -16px rgb(0 0 0 / .18); }
.card + .card { margin-top: 1rem; }
h1 { margin: 0 0 1.1rem; font-size: 1.45rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 0 0 1rem; font-size: 1.05rem; }
p { margin: 0 0 1rem; }
.soft { color: var(--soft); font-size: .9rem; }
.field { margin-bottom: 1rem; }
label { display: block; margin-bottom: .3rem; font-size: .9rem; font-weight: 600; }
input:not([type=checkbox]) { width: 100%; padding: .65rem .8rem; border: 1px solid var(--line); border-radius: .55rem; background: var(--field); color: inherit; font: inherit; }
input[aria-invalid=true] { border-color: var(--error); }
.check { display: flex; gap: .55rem; align-items: center; }
.check label { margin: 0; }
button { width: 100%; padding: .7rem 1rem; border: 1px solid transparent; border-radius: .55rem; background: var(--accent); color: var(--accent-text); font: inherit; font-weight: 600; cursor: pointer; }
button.quiet { margin-top: .6rem; background: transparent; border-color: var(--line); color: var(--text); }
button:hover { filter: brightness(1.06); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
.message { margin: 0 0 1rem; padding: .65rem .85rem; border-radius: .55rem; background: var(--info-fill); font-size: .92rem; }
.message.error { background: var(--error-fill); color: var(--error); }
.message.success { background: var(--good-fill); color: var(--good); }
.field .message { margin: .35rem 0 0; padding: 0; background: none; font-size: .85rem; }
.foot { margin: 1.25rem 0 0; text-align: center; font-size: .92rem; color: var(--soft); }
.links { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.links a { display: block; padding: .7rem .9rem; border: 1px solid var(--line); border-radius: .55rem; color: inherit; text-decoration: none; font-weight: 500; }
.links a:not([href]) { color: var(--soft); opacity: .6; }
.links a[href]:hover { border-color: var(--accent); }
pre, code { font: .84rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { margin: 0; padding: 1rem; overflow: auto; border: 1px solid var(--line); border-radius: .55rem; background: var(--field); }
code { overflow-wrap: anywhere; }
.secret { display: block; padding: .6rem .8rem; border: 1px dashed var(--line); border-radius: .55rem; }
dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem; font-size: .92rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.code { font-size: 1.5rem; font-weight: 650; letter-spacing: .18em; }
`;
