/* files.c - which files there are, what they are called and their header lines.
 *
 * DCIR tables have a file per flow month, PMSI tables one per year of discharge, the others are
 * single. Column names are those of the national schema in that year; each table has the columns
 * that carry information here, and all nine keys.
 */
#include <string.h>
#include "simulate/sim.h"

#define KEYS                                                                                       \
    "FLX_DIS_DTD;FLX_TRT_DTD;FLX_EMT_TYP;FLX_EMT_NUM;FLX_EMT_ORD;ORG_CLE_NUM;DCT_ORD_NUM;"         \
    "PRS_ORD_NUM;REM_TYP_AFF;"

static const char *const flow_names[HU_FLOWS] = {"ER_PRS_F", "ER_PHA_F", "ER_CAM_F", "ER_UCD_F",
                                                 "ER_ETE_F", "ER_BIO_F", "ER_TIP_F"};
static const char *const flow_heads[HU_FLOWS] = {
    KEYS "BEN_NIR_PSA;BEN_RNG_GEM;BEN_CDI_NIR;BEN_SEX_COD;BEN_NAI_ANN;BEN_RES_DPT;BEN_RES_COM;"
         "RGM_GRG_COD;EXE_SOI_DTD;EXE_SOI_DTF;PRE_PRE_DTD;PFS_EXE_NUM;PSE_SPE_COD;PSE_ACT_NAT;"
         "PFS_PRE_NUM;PSP_SPE_COD;PRS_NAT_REF;BSE_PRS_NAT;CPL_MAJ_TOP;PRS_ACT_QTE;PRS_PAI_MNT;"
         "BSE_REM_BSE;BSE_REM_MNT;RGO_REM_TAU;DPN_QLF;PRS_DPN_QLP\n",
    KEYS "PHA_ORD_NUM;PHA_PRS_C13;PHA_PRS_IDE;PHA_ACT_QSN;PHA_ACT_PRU;PHA_DEC_TOP;PHA_SEQ_RNV\n",
    KEYS "CAM_ORD_NUM;CAM_PRS_IDE;CAM_ACT_COD;CAM_TRT_PHA;CAM_ASS_COD;CAM_ACT_PRU;CAM_REM_BSE\n",
    KEYS "UCD_ORD_NUM;UCD_UCD_COD;UCD_DLV_NBR;UCD_FRC_COE;UCD_TTF_MNT;UCD_TOP_UCD\n",
    KEYS "ETB_EXE_FIN;ETE_IND_TAA;ETE_TYP_COD;ETE_CAT_COD;ETE_GHS_NUM;PRS_PPU_SEC;MDT_COD;"
         "DDP_COD\n",
    KEYS "BIO_ORD_NUM;BIO_PRS_IDE;BIO_ACT_QSN\n",
    KEYS "TIP_ORD_NUM;TIP_PRS_IDE;TIP_PRS_TYP;TIP_ACT_QSN;TIP_ACT_PRU;TIP_PUB_PRX;TIP_ACL_DTD;"
         "TIP_ACL_DTF\n"};

/* PMSI tables change their columns with the years: a layout holds from its year of discharge until
 * the next one. No text: the table does not exist then. */
typedef struct layout {
    int table, from;
    const char *head;
} layout;

#define STAY "ETA_NUM;RSA_NUM;"
#define DATES "ENT_DAT;SOR_DAT;EXE_SOI_DTD;EXE_SOI_DTF;"
#define RETURNS "NIR_RET;NAI_RET;SEX_RET;SEJ_RET;FHO_RET;PMS_RET"
#define RETURNS_2006 RETURNS ";DAT_RET"
#define RETURNS_2013 RETURNS_2006 ";COH_NAI_RET;COH_SEX_RET"
#define WEEK "ETA_NUM;RHA_NUM;RHS_NUM;"
#define WEEK_1                                                                                     \
    WEEK "AGE_ANN;COD_SEX;BDI_DEP;BDI_COD;ENT_MOD;ENT_PRV;SOR_MOD;SOR_DES;MOI_ANN;JP_HWE;JP_WE;"   \
         "FP_PEC;MOR_PRP;ETL_AFF;HAB_DEP;DPL_DEP;ALI_DEP;CON_DEP;CPT_DEP;REL_DEP;GRG_RET;"
#define HOME "ETA_NUM_EPMSI;RHAD_NUM;"
#define SEQUENCE HOME "SEQ_NUM;SSEQ_NUM;"
#define SEQUENCE_2007 HOME "SEQ_SEJ;SSEQ_NUM;"
#define HOME_1                                                                                     \
    "AGE_ANN;COD_SEX;BDI_DEP;BDI_COD;ENT_MOD;ENT_PRV;SOR_MOD;SOR_DES;PEC_PAL;PEC_ASS;DEP_COT;"     \
    "SEJ_NBJ;SEQ_NBJ;SSEQ_NBJ;SOR_ANN_SSEQ;SOR_MOI_SSEQ"
#define HOME_GROUP "PAP_GRP_GHPC;PAP_GRP_RET;ETE_GHS_NUM;GHT_NUM;GHT_NBJ\n"

static const layout layouts[] = {
    {HU_MCO_A, 0, STAY "CDC_ACT;ACV_ACT;PHA_ACT;ENT_DAT_DEL;NBR_EXE_ACT\n"},
    {HU_MCO_B, 0,
     STAY "GRG_GHM;GRG_RET;GHS_NUM;SEJ_NBJ;SEJ_TYP;ENT_MOD;ENT_PRV;SOR_MOD;SOR_DES;SOR_ANN;"
          "SOR_MOI;AGE_ANN;COD_SEX;BDI_DEP;BDI_COD;DGN_PAL;DGN_REL;NBR_RUM;NBR_DGN;NBR_ACT;"
          "NBR_SEA\n"},
    {HU_MCO_C, 0, STAY "NIR_ANO_17;SEJ_NUM;SOR_ANN;SOR_MOI;" RETURNS "\n"},
    {HU_MCO_C, 2006, STAY "NIR_ANO_17;SEJ_NUM;SOR_ANN;SOR_MOI;" RETURNS_2006 "\n"},
    {HU_MCO_C, 2009, STAY "NIR_ANO_17;SEJ_NUM;" DATES "SOR_ANN;SOR_MOI;" RETURNS_2006 "\n"},
    {HU_MCO_C, 2013, STAY "NIR_ANO_17;SEJ_NUM;" DATES "SOR_ANN;SOR_MOI;" RETURNS_2013 "\n"},
    {HU_MCO_D, 0, STAY "ASS_DGN\n"},
    {HU_MCO_UM, 2006, STAY "PAR_NBR_SEJ\n"},
    {HU_MCO_UM, 2008, STAY "PAR_NBR_SEJ;DGN_PAL;DGN_REL\n"},
    {HU_MCO_UM, 2010, STAY "PAR_DUR_SEJ;DGN_PAL;DGN_REL;UM_ORD_NUM;AUT_TYP1_UM\n"},
    {HU_SSR_B, 0, WEEK_1 "GRG_CMC;GRG_GHJ\n"},
    {HU_SSR_B, 2009, WEEK_1 "GRG_CMC;GRG_GHJ;HOS_TYP_UM;NBR_DGN\n"},
    {HU_SSR_B, 2013, WEEK_1 "GRG_GME;GRG_TOP_ERR;HOS_TYP_UM;NBR_DGN\n"},
    {HU_SSR_C, 0, "ETA_NUM;RHA_NUM;NIR_ANO_17;SEJ_NUM;SOR_ANN;SOR_MOI;" RETURNS "\n"},
    {HU_SSR_C, 2006, "ETA_NUM;RHA_NUM;NIR_ANO_17;SEJ_NUM;SOR_ANN;SOR_MOI;" RETURNS_2006 "\n"},
    {HU_SSR_C, 2009,
     "ETA_NUM;RHA_NUM;NIR_ANO_17;SEJ_NUM;ANN_LUN_1S;MOI_LUN_1S;" DATES RETURNS_2006 "\n"},
    {HU_SSR_C, 2013,
     "ETA_NUM;RHA_NUM;NIR_ANO_17;SEJ_NUM;ANN_LUN_1S;MOI_LUN_1S;" DATES RETURNS_2013 "\n"},
    {HU_SSR_D, 2009, WEEK "DGN_COD\n"},
    {HU_SSR_GME, 2012, WEEK "GME;RET_COD\n"},
    {HU_SSR_GME, 2013, "ETA_NUM;RHA_NUM;GME_COD;NBR_JOU\n"},
    {HU_SSR_CCAM, 2009, WEEK "CCAM_ACT;CCAM_PHA_ACT;CCAM_COD_ACT;CCAM_NBR_REA\n"},
    {HU_SSR_CSARR, 2014, WEEK "CSARR_COD;TYP_INTERV;NBR_CSARR;NBR_INTERV\n"},
    {HU_HAD_B, 2007, SEQUENCE_2007 HOME_1 ";DGN_PAL\n"},
    {HU_HAD_B, 2010, SEQUENCE HOME_1 ";DGN_PAL\n"},
    {HU_HAD_B, 2012, SEQUENCE HOME_1 "\n"}, /* for two years without a diagnosis */
    {HU_HAD_B, 2014, SEQUENCE HOME_1 ";DGN_PAL\n"},
    {HU_HAD_C, 2007, HOME "NIR_ANO_17;SEJ_NUM;" RETURNS_2006 "\n"},
    {HU_HAD_C, 2009, HOME "NIR_ANO_17;SEJ_NUM;" DATES RETURNS_2006 "\n"},
    {HU_HAD_C, 2013, HOME "NIR_ANO_17;SEJ_NUM;" DATES RETURNS_2013 "\n"},
    {HU_HAD_D, 2010, SEQUENCE "DGN_ASS\n"},
    {HU_HAD_A, 2010, SEQUENCE "CCAM_COD;ACT_COD;PHA_COD;DEL_DEB_SSEQ;REAL_NBR\n"},
    {HU_HAD_GRP, 2007, SEQUENCE_2007 HOME_GROUP},
    {HU_HAD_GRP, 2010, SEQUENCE HOME_GROUP}};

static const struct {
    const char *field, *letters;
} stay_names[HU_MCOS] = {{"MCO", "A"},   {"MCO", "B"},    {"MCO", "C"},     {"MCO", "D"},
                         {"MCO", "UM"},  {"SSR", "B"},    {"SSR", "C"},     {"SSR", "D"},
                         {"SSR", "GME"}, {"SSR", "CCAM"}, {"SSR", "CSARR"}, {"HAD", "B"},
                         {"HAD", "C"},   {"HAD", "D"},    {"HAD", "A"},     {"HAD", "GRP"}};

#define PERSONS                                                                                    \
    "BEN_NIR_PSA;BEN_RNG_GEM;BEN_NIR_ANO;BEN_IDT_ANO;BEN_IDT_TOP;BEN_CDI_NIR;BEN_NAI_ANN;"         \
    "BEN_NAI_MOI;BEN_SEX_COD;BEN_DCD_DTE;BEN_DCD_AME;ORG_AFF_BEN;BEN_RES_DPT;BEN_RES_COM;"         \
    "BEN_TOP_CNS;MAX_TRT_DTD;BEN_DTE_INS;BEN_DTE_MAJ\n"
#define DEATHS "DCD_IDT_ENC;DCD_IDT_TOP;BEN_IDT_ANO;BEN_IDT_TOP;FLX_PER_ANN;"

static const char *const single_names[HU_SINGLES] = {"IR_BEN_R.csv",
                                                     "IR_BEN_R_ARC.csv",
                                                     "IR_IMB_R.csv",
                                                     "KI_CCI_R.csv",
                                                     "KI_ECD_R.csv",
                                                     "sim_truth/person.csv",
                                                     "sim_truth/event_cause.csv",
                                                     "sim_truth/exposure_true.csv",
                                                     "sim_truth/otc.csv",
                                                     "sim_truth/fraud_lines.csv"};
static const char *const single_heads[HU_SINGLES] = {
    PERSONS,
    PERSONS,
    "BEN_NIR_PSA;BEN_RNG_GEM;IMB_ALD_DTD;IMB_ALD_DTF;IMB_ALD_NUM;IMB_ETM_NAT;MED_MTF_COD;"
    "MED_NCL_IDT;INS_DTE;UPD_DTE\n",
    DEATHS "DCD_DPT_COD;BEN_RES_DPT;BEN_RES_COM;BEN_DCD_DTE;BEN_DCD_AME;DCD_LIE_COD;BEN_NAI_ANN;"
           "BEN_NAI_MOI;BEN_SEX_COD;DCD_CIM_COD\n",
    DEATHS "CER_LIG_NUM;ECD_CAU_RNG;ECD_CIM_COD;BEN_DCD_DTE;BEN_DCD_AME\n",
    "person,ben_idt_ano,sex,birth,entry,exit,reason,death,frailty,care,adherence,large_packs,"
    "diabetes_onset\n",
    "person,outcome,day,first,multiplier,trap,causes\n",
    "person,drug,start,end,dispensings,cum_days_before\n",
    "person,drug,start,end\n",
    "kind,why,actor_kind,actor,partner,person,table,amount,FLX_DIS_DTD,FLX_TRT_DTD,FLX_EMT_TYP,"
    "FLX_EMT_NUM,FLX_EMT_ORD,ORG_CLE_NUM,DCT_ORD_NUM,PRS_ORD_NUM,REM_TYP_AFF,ETA_NUM,RSA_NUM\n"};

int hu_file_count(const hu_world *w) {
    return hu_outpatient_file(w, hu_outpatient_files(w));
}

int hu_outpatient_file(const hu_world *w, int k) {
    return HU_FLOWS * w->n_months + HU_MCOS * w->n_years + HU_SINGLES + k;
}

int hu_flow_file(const hu_world *w, int table, int month) {
    return table * w->n_months + month;
}

int hu_stay_file(const hu_world *w, int table, int year) {
    return HU_FLOWS * w->n_months + table * w->n_years + year;
}

int hu_single_file(const hu_world *w, int which) {
    return HU_FLOWS * w->n_months + HU_MCOS * w->n_years + which;
}

void hu_file_name(const hu_world *w, int file, char *out, size_t n) {
    if (file >= hu_outpatient_file(w, 0)) {
        hu_outpatient_name(w, file - hu_outpatient_file(w, 0), out, n);
        return;
    }
    if (file < HU_FLOWS * w->n_months) {
        const int month = w->first_month + file % w->n_months;
        snprintf(out, n, "DCIR/%s_%04d%02d.csv", flow_names[file / w->n_months], month / 12,
                 month % 12 + 1);
        return;
    }
    file -= HU_FLOWS * w->n_months;
    if (file < HU_MCOS * w->n_years) {
        const int year = w->first_year + file % w->n_years;
        const int table = file / w->n_years;
        snprintf(out, n, "PMSI/T_%s%02d%s.csv", stay_names[table].field, year % 100,
                 stay_names[table].letters);
        return;
    }
    snprintf(out, n, "%s", single_names[file - HU_MCOS * w->n_years]);
}

const char *hu_file_header(const hu_world *w, int file) {
    if (file >= hu_outpatient_file(w, 0))
        return hu_outpatient_header(w, file - hu_outpatient_file(w, 0));
    if (file < HU_FLOWS * w->n_months) return flow_heads[file / w->n_months];
    file -= HU_FLOWS * w->n_months;
    if (file >= HU_MCOS * w->n_years) return single_heads[file - HU_MCOS * w->n_years];
    return hu_stay_header(file / w->n_years, w->first_year + file % w->n_years);
}

const char *hu_stay_header(int table, int year) {
    const char *head = NULL;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].table == table && layouts[i].from <= year) head = layouts[i].head;
    return head;
}
