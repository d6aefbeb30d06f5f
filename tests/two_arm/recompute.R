# The key numbers of examples/two-arm again, from its ADaM transport files, with R's survival package and base R.
# None of the program's code takes part. Run it after a build, when the study's data or methods change:
#
#   .venv/bin/crf2tlf --study examples/two-arm build
#   Rscript tests/two_arm/recompute.R examples/two-arm/adam tests/two_arm/recomputed.csv
library(survival)
library(foreign)

arguments <- commandArgs(trailingOnly = TRUE)
adam <- function(name) {
  table <- read.xport(file.path(arguments[1], paste0(name, ".xpt")))
  table[] <- lapply(table, function(x) if (is.factor(x)) trimws(as.character(x)) else x)
  table
}
numbers <- data.frame(id = character(), value = numeric())
add <- function(id, value) numbers[nrow(numbers) + 1, ] <<- list(id, as.numeric(value))

adsl <- adam("adsl")
itt <- adsl[adsl$ITTFL == "Y", ]
ARMS <- c("CPD1", "PBO")
arm_of <- function(table) adsl$ARMCD[match(table$USUBJID, adsl$USUBJID)]

# Times to an event: Kaplan-Meier with log-log limits, log-rank tests, Cox's model with Efron's ties
adtte <- adam("adtte")
adtte$ARMCD <- arm_of(adtte)
adtte$TREATED <- as.integer(adtte$ARMCD == "CPD1")
for (output in list(c("PFS", "table-14-2-1"), c("OS", "table-14-2-2"))) {
  times <- adtte[adtte$PARAMCD == output[1], ]
  for (arm in ARMS) {
    curve <- survfit(Surv(AVAL, CNSR == 0) ~ 1, data = times[times$ARMCD == arm, ], conf.type = "log-log")
    id <- paste0(output[2], "/km/", arm, "/")
    median <- quantile(curve, 0.5)
    add(paste0(id, "events"), sum(curve$n.event))
    add(paste0(id, "median"), median$quantile)
    add(paste0(id, "lower"), median$lower)
    add(paste0(id, "upper"), median$upper)
    for (month in c(6, 12)) {
      at <- summary(curve, times = month, extend = TRUE)
      add(paste0(id, "survival_", month), 100 * at$surv)
      add(paste0(id, "survival_", month, "_lower"), 100 * at$lower)
      add(paste0(id, "survival_", month, "_upper"), 100 * at$upper)
      add(paste0(id, "at_risk_", month), at$n.risk)
    }
  }
  stratified <- c("", "-unstratified")
  formulas <- list(Surv(AVAL, CNSR == 0) ~ TREATED + strata(STRAT1, STRAT2), Surv(AVAL, CNSR == 0) ~ TREATED)
  for (i in 1:2) {
    model <- summary(coxph(formulas[[i]], data = times, ties = "efron"))
    test <- survdiff(formulas[[i]], data = times)
    hr <- paste0(output[2], "/hr", stratified[i], "/CPD1/")
    p <- paste0(output[2], "/p", stratified[i], "/CPD1/")
    add(paste0(hr, "hr"), model$conf.int[1, "exp(coef)"])
    add(paste0(hr, "lower"), model$conf.int[1, "lower .95"])
    add(paste0(hr, "upper"), model$conf.int[1, "upper .95"])
    add(paste0(hr, "p"), model$coefficients[1, "Pr(>|z|)"])
    add(paste0(p, "chi_square"), test$chisq)
    add(paste0(p, "p"), pchisq(test$chisq, 1, lower.tail = FALSE))
  }
}

# Hazard ratios in subgroups
pfs <- merge(adtte[adtte$PARAMCD == "PFS", c("USUBJID", "AVAL", "CNSR", "TREATED")], itt)
for (sex in c("M", "F")) {
  model <- summary(coxph(Surv(AVAL, CNSR == 0) ~ TREATED, data = pfs[pfs$SEX == sex, ], ties = "efron"))
  add(paste0("table-14-2-4/", sex, "/sex/hr/hr"), model$conf.int[1, "exp(coef)"])
  add(paste0("table-14-2-4/", sex, "/sex/hr/upper"), model$conf.int[1, "upper .95"])
}

# Objective response
response <- adam("adrs")
response <- response[response$PARAMCD == "CRSP", ]
response$ARMCD <- factor(arm_of(response), levels = ARMS)
response$RESPONSE <- factor(response$AVALC, levels = c("Y", "N"))
x <- sapply(ARMS, function(arm) sum(response$RESPONSE[response$ARMCD == arm] == "Y"))
n <- sapply(ARMS, function(arm) sum(response$ARMCD == arm))
for (arm in ARMS) {
  limits <- binom.test(x[arm], n[arm])$conf.int
  add(paste0("table-14-2-3/orr/", arm, "/n"), x[arm])
  add(paste0("table-14-2-3/orr-ci/", arm, "/lower"), 100 * limits[1])
  add(paste0("table-14-2-3/orr-ci/", arm, "/upper"), 100 * limits[2])
}
add("table-14-2-3/difference/CPD1/difference", 100 * (x[1] / n[1] - x[2] / n[2]))

# Miettinen and Nurminen (1985): the differences that a score test with the maximum likelihood under them does not reject
score <- function(difference) {
  likelihood <- function(p2) {
    p1 <- p2 + difference
    sum(dbinom(x, n, c(p1, p2), log = TRUE))
  }
  range <- c(max(0, -difference), min(1, 1 - difference)) + c(1e-12, -1e-12)
  p2 <- optimize(likelihood, range, maximum = TRUE, tol = 1e-12)$maximum
  p1 <- p2 + difference
  total <- sum(n)
  variance <- (p1 * (1 - p1) / n[1] + p2 * (1 - p2) / n[2]) * total / (total - 1)
  (x[1] / n[1] - x[2] / n[2] - difference)^2 / variance - qchisq(0.95, 1)
}
estimate <- x[1] / n[1] - x[2] / n[2]
add("table-14-2-3/difference/CPD1/lower", 100 * uniroot(score, c(-0.999, estimate), tol = 1e-12)$root)
add("table-14-2-3/difference/CPD1/upper", 100 * uniroot(score, c(estimate, 0.999), tol = 1e-12)$root)

# Stratified difference by Mantel and Haenszel with Sato's variance (Sato, Greenland and Robins 1989)
strata <- table(response$ARMCD, response$RESPONSE, paste(response$STRAT1, response$STRAT2))
a <- strata["CPD1", "Y", ]; b <- strata["PBO", "Y", ]
n1 <- colSums(strata["CPD1", , ]); n0 <- colSums(strata["PBO", , ]); total <- n1 + n0
weight <- n1 * n0 / total
difference <- sum(weight * (a / n1 - b / n0)) / sum(weight)
P <- (n1^2 * b - n0^2 * a + n1 * n0 * (n0 - n1) / 2) / total^2
Q <- (a * (n0 - b) + b * (n1 - a)) / (2 * total)
error <- sqrt((difference * sum(P) + sum(Q)) / sum(weight)^2)
id <- "table-14-2-3/difference-stratified/CPD1/"
add(paste0(id, "difference"), 100 * difference)
add(paste0(id, "lower"), 100 * (difference - qnorm(0.975) * error))
add(paste0(id, "upper"), 100 * (difference + qnorm(0.975) * error))

ratio <- (x[1] * (n[2] - x[2])) / (x[2] * (n[1] - x[1]))
wald <- sqrt(sum(1 / c(x, n - x)))
add("table-14-2-3/odds-ratio/CPD1/ratio", ratio)
add("table-14-2-3/odds-ratio/CPD1/lower", exp(log(ratio) - qnorm(0.975) * wald))
add("table-14-2-3/odds-ratio/CPD1/upper", exp(log(ratio) + qnorm(0.975) * wald))
mantel <- mantelhaen.test(strata, correct = FALSE)
add("table-14-2-3/odds-ratio-stratified/CPD1/ratio", mantel$estimate)
add("table-14-2-3/odds-ratio-stratified/CPD1/lower", mantel$conf.int[1])
add("table-14-2-3/odds-ratio-stratified/CPD1/upper", mantel$conf.int[2])
add("table-14-2-3/cmh/CPD1/statistic", mantel$statistic)
add("table-14-2-3/cmh/CPD1/p", mantel$p.value)
add("table-14-2-3/fisher/CPD1/p", fisher.test(table(response$ARMCD, response$RESPONSE))$p.value)

# Adverse events: subjects
adae <- adam("adae")
adae$ARMCD <- arm_of(adae)
teae <- adae[adae$TRTEMFL == "Y", ]
subjects <- function(id, chosen) {
  for (arm in ARMS) add(paste0(id, arm, "/n"), length(unique(chosen$USUBJID[chosen$ARMCD == arm])))
}
subjects("table-14-3-1/teae/", teae)
subjects("table-14-3-1/serious/", teae[teae$AESER == "Y", ])
subjects("table-14-3-1/grade3/", teae[teae$ATOXGRN >= 3, ])
subjects("table-14-3-1/withdrawn/", teae[teae$AEACN == "DRUG WITHDRAWN", ])
worst <- aggregate(ATOXGRN ~ USUBJID + ARMCD, data = teae[teae$AEDECOD == "Diarrhea", ], FUN = max)
for (arm in ARMS) {
  for (grade in 1:3) {
    id <- paste0("table-14-3-3/event/Gastrointestinal-disorders/Diarrhea/", arm, "/", grade, "/n")
    add(id, sum(worst$ARMCD == arm & worst$ATOXGRN == grade))
  }
}

# Laboratory: shift of hemoglobin from baseline to the worst grade; change of ALT at week 12
adlb <- adam("adlb")
adlb$ARMCD <- arm_of(adlb)
on <- adlb[adlb$PARAMCD == "HGB" & adlb$ONTRTFL == "Y" & !is.na(adlb$AVAL), ]
worst <- aggregate(ATOXGRN ~ USUBJID + ARMCD + BTOXGRN, data = on, FUN = max)
for (arm in ARMS) {
  for (from in 0:1) {
    for (to in 0:2) {
      chosen <- worst$ARMCD == arm & worst$BTOXGRN == from & worst$ATOXGRN == to
      add(paste0("table-14-3-5/HEMATOLOGY/HGB/shift/", from, "/", arm, "/", to, "/n"), sum(chosen))
    }
  }
  change <- adlb$CHG[adlb$PARAMCD == "ALT" & adlb$AVISIT == "WEEK 12" & adlb$ANL01FL == "Y" & adlb$ARMCD == arm]
  add(paste0("table-14-3-6/ALT/WEEK-12/visit/", arm, "/change/mean"), mean(change, na.rm = TRUE))
  add(paste0("table-14-3-6/ALT/WEEK-12/visit/", arm, "/change/sd"), sd(change, na.rm = TRUE))
}

# Exposure: quartiles of SAS's default type
adex <- adam("adex")
adex$ARMCD <- arm_of(adex)
for (arm in ARMS) {
  duration <- adex$AVAL[adex$PARAMCD == "TRTDURM" & adex$ARMCD == arm]
  quartiles <- quantile(duration, c(0.25, 0.5, 0.75), type = 2)
  add(paste0("table-14-1-3/duration/", arm, "/q1"), quartiles[1])
  add(paste0("table-14-1-3/duration/", arm, "/median"), quartiles[2])
  add(paste0("table-14-1-3/duration/", arm, "/q3"), quartiles[3])
}

numbers$value <- trimws(formatC(numbers$value, digits = 12, format = "g"))
write.csv(numbers, arguments[2], row.names = FALSE, quote = FALSE)
