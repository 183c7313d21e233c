/* files.c - which files there are, what they are called and their header lines.
 *
 * DCIR tables have a file per flow month, PMSI tables one per year of discharge, the others are
 * single. Column names are those of the national schema; each table has the columns that carry
 * information here, and all nine keys.
 */
#include <string.h>
#include "simulate/sim.h"

#define KEYS                                                                                       \
    "FLX_DIS_DTD;FLX_TRT_DTD;FLX_EMT_TYP;FLX_EMT_NUM;FLX_EMT_ORD;ORG_CLE_NUM;DCT_ORD_NUM;"         \
    "PRS_ORD_NUM;REM_TYP_AFF;"

static const char *const flow_names[HU_FLOWS] = {"ER_PRS_F", "ER_PHA_F", "ER_CAM_F", "ER_UCD_F",
                                                 "ER_ETE_F"};
static const char *const flow_heads[HU_FLOWS] = {
    KEYS "BEN_NIR_PSA;BEN_RNG_GEM;BEN_CDI_NIR;BEN_SEX_COD;BEN_NAI_ANN;BEN_RES_DPT;BEN_RES_COM;"
         "RGM_GRG_COD;EXE_SOI_DTD;EXE_SOI_DTF;PRE_PRE_DTD;PFS_EXE_NUM;PSE_SPE_COD;PSE_ACT_NAT;"
         "PFS_PRE_NUM;PSP_SPE_COD;PRS_NAT_REF;BSE_PRS_NAT;CPL_MAJ_TOP;PRS_ACT_QTE;PRS_PAI_MNT;"
         "BSE_REM_BSE;BSE_REM_MNT;RGO_REM_TAU;DPN_QLF;PRS_DPN_QLP\n",
    KEYS "PHA_ORD_NUM;PHA_PRS_C13;PHA_PRS_IDE;PHA_ACT_QSN;PHA_ACT_PRU;PHA_DEC_TOP;PHA_SEQ_RNV\n",
    KEYS "CAM_ORD_NUM;CAM_PRS_IDE;CAM_ACT_COD;CAM_TRT_PHA;CAM_ASS_COD;CAM_ACT_PRU;CAM_REM_BSE\n",
    KEYS "UCD_ORD_NUM;UCD_UCD_COD;UCD_DLV_NBR;UCD_FRC_COE;UCD_TTF_MNT;UCD_TOP_UCD\n",
    KEYS "ETB_EXE_FIN;ETE_IND_TAA;ETE_TYP_COD;ETE_CAT_COD;ETE_GHS_NUM;PRS_PPU_SEC;MDT_COD;"
         "DDP_COD\n"};

static const char *const stay_names[HU_MCOS] = {"A", "B", "C", "D", "UM"};
static const char *const stay_heads[HU_MCOS] = {
    "ETA_NUM;RSA_NUM;RUM_SEQ;CDC_ACT;ACV_ACT;PHA_ACT;ENT_DAT_DEL;NBR_EXE_ACT\n",
    "ETA_NUM;RSA_NUM;GRG_GHM;GRG_RET;GHS_NUM;SEJ_NBJ;SEJ_TYP;ENT_MOD;ENT_PRV;SOR_MOD;SOR_DES;"
    "SOR_ANN;SOR_MOI;AGE_ANN;COD_SEX;BDI_DEP;BDI_COD;DGN_PAL;DGN_REL;NBR_RUM;NBR_DGN;NBR_ACT;"
    "NBR_SEA\n",
    "ETA_NUM;RSA_NUM;NIR_ANO_17;SEJ_NUM;ENT_DAT;SOR_DAT;EXE_SOI_DTD;EXE_SOI_DTF;SOR_ANN;SOR_MOI;"
    "NIR_RET;NAI_RET;SEX_RET;SEJ_RET;FHO_RET;PMS_RET;DAT_RET;COH_NAI_RET;COH_SEX_RET\n",
    "ETA_NUM;RSA_NUM;ASS_DGN\n",
    "ETA_NUM;RSA_NUM;UM_ORD_NUM;DGN_PAL;DGN_REL;PAR_DUR_SEJ;AUT_TYP1_UM\n"};
/* The two chaining codes COH_ exist since 2013. */
static const char chain_before_2013[] =
    "ETA_NUM;RSA_NUM;NIR_ANO_17;SEJ_NUM;ENT_DAT;SOR_DAT;EXE_SOI_DTD;EXE_SOI_DTF;SOR_ANN;SOR_MOI;"
    "NIR_RET;NAI_RET;SEX_RET;SEJ_RET;FHO_RET;PMS_RET;DAT_RET\n";

/* Stays have dates since 2009; before, only year and month of the discharge. */
static const char chain_before_2009[] =
    "ETA_NUM;RSA_NUM;NIR_ANO_17;SEJ_NUM;SOR_ANN;SOR_MOI;NIR_RET;NAI_RET;SEX_RET;SEJ_RET;FHO_RET;"
    "PMS_RET;DAT_RET\n";

static const char *const single_names[HU_SINGLES] = {"IR_BEN_R.csv",
                                                     "IR_IMB_R.csv",
                                                     "sim_truth/person.csv",
                                                     "sim_truth/event_cause.csv",
                                                     "sim_truth/exposure_true.csv",
                                                     "sim_truth/fraud_lines.csv"};
static const char *const single_heads[HU_SINGLES] = {
    "BEN_NIR_PSA;BEN_RNG_GEM;BEN_NIR_ANO;BEN_IDT_ANO;BEN_IDT_TOP;BEN_CDI_NIR;BEN_NAI_ANN;"
    "BEN_NAI_MOI;BEN_SEX_COD;BEN_DCD_DTE;BEN_DCD_AME;ORG_AFF_BEN;BEN_RES_DPT;BEN_RES_COM;"
    "BEN_TOP_CNS;MAX_TRT_DTD;BEN_DTE_INS;BEN_DTE_MAJ\n",
    "BEN_NIR_PSA;BEN_RNG_GEM;IMB_ALD_DTD;IMB_ALD_DTF;IMB_ALD_NUM;IMB_ETM_NAT;MED_MTF_COD;"
    "MED_NCL_IDT;INS_DTE;UPD_DTE\n",
    "person,ben_idt_ano,sex,birth,entry,exit,reason,death,frailty,care,adherence,large_packs,"
    "diabetes_onset\n",
    "person,outcome,day,first,multiplier,trap,causes\n",
    "person,drug,start,end,dispensings,cum_days_before\n",
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
        snprintf(out, n, "PMSI/T_MCO%02d%s.csv", year % 100, stay_names[file / w->n_years]);
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
    if (file / w->n_years == HU_MCO_C && w->first_year + file % w->n_years < 2013)
        return w->first_year + file % w->n_years < 2009 ? chain_before_2009 : chain_before_2013;
    return stay_heads[file / w->n_years];
}
