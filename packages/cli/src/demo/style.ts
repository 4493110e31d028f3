/** The page's style sheet: no fonts, images or scripts from anywhere. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f5f8; --card: #fff; --line: #e3e6ed; --text: #1b2130; --muted: #5d677b; --code: #f5f6fa;
  --accent: #4f56d3; --on-accent: #fff; --good: #0b7a53; --good-page: #e2f5ec; --bad: #b42318; --bad-page: #fdecea;
  --mark: #eef0ff; --t1: #c2255c; --t2: #6741d9; --t3: #0b7285; --key: #3b49a8; --string: #0b7a53; --number: #b3541e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1117; --card: #161a23; --line: #272d3a; --text: #e7eaf1; --muted: #98a2b6; --code: #10141c;
    --accent: #8f96ff; --on-accent: #10131c; --good: #58d3a0; --good-page: #12301f; --bad: #ff9086; --bad-page: #3a1613;
    --mark: #1d2136; --t1: #ff87b0; --t2: #b7a1ff; --t3: #6ad1e3; --key: #a3aeff; --string: #7ed9b0; --number: #f0a97a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; -webkit-text-size-adjust: 100%; }
.bar, main, footer { max-width: 1000px; margin: 0 auto; padding: 0 24px; }
.bar { display: flex; align-items: center; gap: 8px; padding-top: 22px; padding-bottom: 22px; }
.bar .note { margin-left: auto; color: var(--muted); font-size: 14px; }
.logo { display: grid; place-items: center; width: 28px; height: 28px; border-radius: 8px; background: var(--accent); color: var(--on-accent); }
.logo svg { width: 18px; }
.muted { color: var(--muted); }
main { display: grid; gap: 18px; }
main > * { min-width: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 22px 24px; }
h1 { margin: 0; font-size: 25px; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 16px; }
h2 + .muted { margin: -8px 0 14px; font-size: 14px; }
h3 { margin: 0 0 6px; font-size: 13px; font-weight: 600; }
p { margin: 4px 0 0; }
a { color: var(--accent); text-underline-offset: 2px; }
code, pre { font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: 1px 6px; overflow-wrap: anywhere; }
a code { color: inherit; }
code.block { display: block; margin-top: 6px; padding: 8px 12px; }
pre { margin: 0; padding: 14px 16px; background: var(--code); border: 1px solid var(--line); border-radius: 10px; overflow: auto; }
pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--mark); color: inherit; display: block; max-height: 15em; overflow: auto; border-radius: 6px; padding: 4px 8px; margin: 4px -8px -1em; }
.hero { display: grid; grid-template-columns: auto 1fr auto; gap: 4px 18px; align-items: center; padding: 28px 24px; }
.face { display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%; background: var(--code); border: 1px solid var(--line); color: var(--muted); font-size: 24px; font-weight: 600; }
.face.known { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.actions { display: flex; gap: 10px; flex-wrap: wrap; }
.button { display: inline-block; padding: 9px 18px; border: 1px solid var(--line); border-radius: 9px; background: var(--card); color: var(--text); font-weight: 600; font-size: 15px; text-decoration: none; }
.button:hover { border-color: var(--accent); color: var(--accent); }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.primary:hover { filter: brightness(1.08); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.hint { grid-column: 1 / -1; margin-top: 14px; padding-top: 14px; border-top: 1px solid var(--line); color: var(--muted); font-size: 14px; }
.badge { display: inline-block; margin-right: 8px; padding: 2px 10px; border-radius: 99px; font-size: 13px; font-weight: 600; }
.badge.good { background: var(--good-page); color: var(--good); }
.badge.bad { background: var(--bad-page); color: var(--bad); }
.way { display: grid; grid-template-columns: repeat(3, 1fr); gap: 34px; margin: 0; padding: 0; list-style: none; }
.way li { position: relative; padding: 12px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
.way li + li::before { content: "→"; position: absolute; left: -26px; top: 50%; transform: translateY(-50%); color: var(--muted); font-size: 18px; }
.way b, .way span { display: block; }
.way span { color: var(--muted); font-size: 14px; }
.way .us { border-color: var(--accent); }
.way .lit span { color: var(--good); }
.stack { display: grid; gap: 18px; }
.columns { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 18px; align-items: start; }
.steps { margin: 0; padding-left: 20px; display: grid; gap: 10px; }
.t1 { color: var(--t1); } .t2 { color: var(--t2); } .t3 { color: var(--t3); }
.k { color: var(--key); } .s { color: var(--string); } .n { color: var(--number); } .w { color: var(--muted); }
footer { padding-top: 26px; padding-bottom: 34px; color: var(--muted); font-size: 13px; }
@media (max-width: 720px) {
  .bar, main, footer { padding-left: 16px; padding-right: 16px; }
  .bar { flex-wrap: wrap; }
  .bar .note { margin-left: 0; flex-basis: 100%; }
  h1 { font-size: 20px; }
  .card { padding: 18px 16px; }
  .face { width: 48px; height: 48px; font-size: 20px; }
  .hero { grid-template-columns: auto 1fr; }
  .actions { grid-column: 1 / -1; margin-top: 12px; }
  .actions .button { flex: 1; text-align: center; }
  .way { grid-template-columns: 1fr; gap: 26px; }
  .way li + li::before { content: "↓"; left: 50%; top: -26px; transform: translateX(-50%); }
  .stack { display: grid; gap: 18px; }
.columns { grid-template-columns: minmax(0, 1fr); }
}
`;
