-- ER_ETE_F of one group -> pub: payment lines of public hospitals, whose acts the PMSI has too.
CREATE TEMP TABLE pub AS
SELECT hash(flx_dis, flx_trt, emt_typ, emt_num, emt_ord, org, dct, ord, rem) AS kh, dct::BIGINT AS dct, ord::INTEGER AS ord,
       taa, bad, file, NULL::VARCHAR AS why
FROM {{det}};
