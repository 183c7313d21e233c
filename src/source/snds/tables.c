/* tables.c - the columns that hune reads, table by table: the only place that knows their names.
 *
 * Everything else in a file is ignored, so an extract may have more columns and in any order. */
#include "source/snds/snds.h"

/* The nine columns that tie a detail line to its payment line. */
#define NINE_KEYS                                                                                  \
    {"flx_dis", HU_DAY, true, {"FLX_DIS_DTD"}}, {"flx_trt", HU_DAY, true, {"FLX_TRT_DTD"}},        \
        {"emt_typ", HU_INT, true, {"FLX_EMT_TYP"}}, {"emt_num", HU_INT, true, {"FLX_EMT_NUM"}},    \
        {"emt_ord", HU_INT, true, {"FLX_EMT_ORD"}}, {"org", HU_TEXT, true, {"ORG_CLE_NUM"}},       \
        {"dct", HU_INT, true, {"DCT_ORD_NUM"}}, {"ord", HU_INT, true, {"PRS_ORD_NUM"}}, {          \
        "rem", HU_INT, true, {                                                                     \
            "REM_TYP_AFF"                                                                          \
        }                                                                                          \
    }

static const hu_snds_column prs[] = {
    NINE_KEYS,
    {"psa", HU_TEXT, true, {"BEN_NIR_PSA", "NUM_ENQ"}},
    {"rnk", HU_INT, false, {"BEN_RNG_GEM"}},
    {"rgm", HU_INT, false, {"RGM_GRG_COD"}},
    {"day", HU_DAY, true, {"EXE_SOI_DTD"}},
    {"qte", HU_NUM, false, {"PRS_ACT_QTE"}},
    {"exe", HU_TEXT, false, {"PFS_EXE_NUM"}},
    {"pre", HU_TEXT, false, {"PFS_PRE_NUM"}},
    {"spe", HU_TEXT, false, {"PSP_SPE_COD"}},
    {"exe_spe", HU_TEXT, false, {"PSE_SPE_COD"}},
    {"dpn", HU_INT, false, {"DPN_QLF"}},
    {"qlp", HU_INT, false, {"PRS_DPN_QLP"}},
    {"cpl", HU_INT, false, {"CPL_MAJ_TOP"}},
    {"bse", HU_INT, false, {"BSE_PRS_NAT"}},
    {"sex", HU_INT, false, {"BEN_SEX_COD"}},
    {"nai", HU_INT, false, {"BEN_NAI_ANN"}},
    {"dcd", HU_DAY, false, {"BEN_DCD_DTE"}},
};
static const hu_snds_column pha[] = {
    NINE_KEYS,
    {"lin", HU_INT, false, {"PHA_ORD_NUM"}},
    {"c13", HU_TEXT, true, {"PHA_PRS_C13"}},
    {"c07", HU_TEXT, false, {"PHA_PRS_IDE"}},
    {"qsn", HU_NUM, true, {"PHA_ACT_QSN"}},
    {"pru", HU_NUM, false, {"PHA_ACT_PRU"}},
    {"dtop", HU_TEXT, false, {"PHA_DEC_TOP"}},
    {"dqsu", HU_NUM, false, {"PHA_DEC_QSU"}},
    {"dpru", HU_NUM, false, {"PHA_DEC_PRU"}},
};
static const hu_snds_column cam[] = {
    NINE_KEYS,
    {"lin", HU_INT, false, {"CAM_ORD_NUM"}},
    {"ccam", HU_TEXT, true, {"CAM_PRS_IDE"}},
    {"act", HU_TEXT, false, {"CAM_ACT_COD"}},
    {"phase", HU_TEXT, false, {"CAM_TRT_PHA"}},
    {"pru", HU_NUM, false, {"CAM_ACT_PRU"}},
};
static const hu_snds_column ucd[] = {
    NINE_KEYS,
    {"lin", HU_INT, false, {"UCD_ORD_NUM"}},
    {"ucd", HU_TEXT, true, {"UCD_UCD_COD"}},
    {"dlv", HU_NUM, true, {"UCD_DLV_NBR"}},
    {"frc", HU_NUM, false, {"UCD_FRC_COE"}},
    {"ttf", HU_NUM, false, {"UCD_TTF_MNT"}},
};
static const hu_snds_column ete[] = {
    NINE_KEYS,
    {"taa", HU_INT, false, {"ETE_IND_TAA"}},
};
static const hu_snds_column ben[] = {
    {"psa", HU_TEXT, true, {"BEN_NIR_PSA", "NUM_ENQ"}},
    {"rnk", HU_INT, false, {"BEN_RNG_GEM"}},
    {"idt", HU_TEXT, false, {"BEN_IDT_ANO", "NUM_ENQ_IDT"}},
    {"ano", HU_TEXT, false, {"BEN_NIR_ANO", "NUM_ENQ_ANO"}},
    {"cdi", HU_TEXT, false, {"BEN_CDI_NIR"}},
    {"sex", HU_INT, true, {"BEN_SEX_COD"}},
    {"nai", HU_INT, true, {"BEN_NAI_ANN"}},
    {"moi", HU_INT, false, {"BEN_NAI_MOI"}},
    {"dcd", HU_DAY, false, {"BEN_DCD_DTE"}},
    {"dpt", HU_TEXT, false, {"BEN_RES_DPT"}},
    {"aff", HU_TEXT, false, {"ORG_AFF_BEN"}},
    {"upd", HU_DAY, false, {"BEN_DTE_MAJ"}},
};
static const hu_snds_column imb[] = {
    {"psa", HU_TEXT, true, {"BEN_NIR_PSA", "NUM_ENQ"}},
    {"rnk", HU_INT, false, {"BEN_RNG_GEM"}},
    {"dtd", HU_DAY, true, {"IMB_ALD_DTD"}},
    {"dtf", HU_DAY, false, {"IMB_ALD_DTF"}},
    {"mtf", HU_TEXT, true, {"MED_MTF_COD"}},
    {"ncl", HU_TEXT, false, {"MED_NCL_IDT"}},
};
static const hu_snds_column drugs[] = {
    {"c13", HU_TEXT, true, {"PHA_CIP_C13"}},
    {"c07", HU_TEXT, false, {"PHA_PRS_IDE"}},
    {"ucd", HU_TEXT, false, {"PHA_CIP_UCD"}},
    {"atc", HU_TEXT, true, {"PHA_ATC_C07"}},
    {"atc_label", HU_TEXT, false, {"PHA_ATC_L07"}},
    {"label", HU_TEXT, false, {"PHA_NOM_COURT", "PHA_MED_NOM"}},
    {"units", HU_TEXT, false, {"PHA_UNT_NBR_DSES"}},
    {"pack", HU_TEXT, false, {"PHA_CND_TOP"}},
};
static const hu_snds_column mco_b[] = {
    {"eta", HU_TEXT, true, {"ETA_NUM"}},  {"rsa", HU_TEXT, true, {"RSA_NUM"}},
    {"dp", HU_TEXT, true, {"DGN_PAL"}},   {"dr", HU_TEXT, false, {"DGN_REL"}},
    {"ghm", HU_TEXT, false, {"GRG_GHM"}}, {"ghs", HU_TEXT, false, {"GHS_NUM"}},
    {"nbj", HU_INT, false, {"SEJ_NBJ"}},  {"typ", HU_TEXT, false, {"SEJ_TYP"}},
    {"mod", HU_TEXT, false, {"SOR_MOD"}}, {"ann", HU_INT, false, {"SOR_ANN"}},
    {"moi", HU_INT, false, {"SOR_MOI"}},
};
/* Return codes came one by one over the years: a code that the year does not have is good. */
static const hu_snds_column mco_c[] = {
    {"eta", HU_TEXT, true, {"ETA_NUM"}},
    {"rsa", HU_TEXT, true, {"RSA_NUM"}},
    {"psa", HU_TEXT, true, {"NIR_ANO_17", "BEN_NIR_PSA", "NUM_ENQ"}},
    {"ent", HU_DAY8, false, {"ENT_DAT"}},
    {"sor", HU_DAY8, false, {"SOR_DAT"}},
    {"dtd", HU_DAY, false, {"EXE_SOI_DTD"}},
    {"dtf", HU_DAY, false, {"EXE_SOI_DTF"}},
    {"ann", HU_INT, false, {"SOR_ANN"}},
    {"moi", HU_INT, false, {"SOR_MOI"}},
    {"r_nir", HU_CHECK, false, {"NIR_RET"}},
    {"r_nai", HU_CHECK, false, {"NAI_RET"}},
    {"r_sex", HU_CHECK, false, {"SEX_RET"}},
    {"r_sej", HU_CHECK, false, {"SEJ_RET"}},
    {"r_fho", HU_CHECK, false, {"FHO_RET"}},
    {"r_pms", HU_CHECK, false, {"PMS_RET"}},
    {"r_dat", HU_CHECK, false, {"DAT_RET"}},
    {"r_cna", HU_CHECK, false, {"COH_NAI_RET"}},
    {"r_csx", HU_CHECK, false, {"COH_SEX_RET"}},
};
static const hu_snds_column mco_a[] = {
    {"eta", HU_TEXT, true, {"ETA_NUM"}},     {"rsa", HU_TEXT, true, {"RSA_NUM"}},
    {"ccam", HU_TEXT, true, {"CDC_ACT"}},    {"act", HU_TEXT, false, {"ACV_ACT"}},
    {"phase", HU_TEXT, false, {"PHA_ACT"}},  {"del", HU_INT, false, {"ENT_DAT_DEL"}},
    {"nbr", HU_NUM, false, {"NBR_EXE_ACT"}},
};
static const hu_snds_column mco_d[] = {
    {"eta", HU_TEXT, true, {"ETA_NUM"}},
    {"rsa", HU_TEXT, true, {"RSA_NUM"}},
    {"das", HU_TEXT, true, {"ASS_DGN"}},
};
static const hu_snds_column mco_um[] = {
    {"eta", HU_TEXT, true, {"ETA_NUM"}},
    {"rsa", HU_TEXT, true, {"RSA_NUM"}},
    {"dp", HU_TEXT, false, {"DGN_PAL"}},
    {"dr", HU_TEXT, false, {"DGN_REL"}},
};

#define TABLE(name, columns)                                                                       \
    { name, columns, (int)(sizeof columns / sizeof *columns) }

const hu_snds_table *hu_snds_table_of(hu_snds_id id) {
    static const hu_snds_table tables[HU_TABLES] = {
        [HU_PRS] = TABLE("ER_PRS_F", prs),         [HU_PHA] = TABLE("ER_PHA_F", pha),
        [HU_CAM] = TABLE("ER_CAM_F", cam),         [HU_UCD] = TABLE("ER_UCD_F", ucd),
        [HU_ETE] = TABLE("ER_ETE_F", ete),         [HU_BEN] = TABLE("IR_BEN_R", ben),
        [HU_BEN_ARC] = TABLE("IR_BEN_R_ARC", ben), [HU_IMB] = TABLE("IR_IMB_R", imb),
        [HU_DRUGS] = TABLE("IR_PHA_R", drugs),     [HU_MCO_B] = TABLE("T_MCOaaB", mco_b),
        [HU_MCO_C] = TABLE("T_MCOaaC", mco_c),     [HU_MCO_A] = TABLE("T_MCOaaA", mco_a),
        [HU_MCO_D] = TABLE("T_MCOaaD", mco_d),     [HU_MCO_UM] = TABLE("T_MCOaaUM", mco_um),
    };
    return &tables[id];
}
