export const token = 'ory_st_adaadaadaadaadaadaadaadaadaada01';
