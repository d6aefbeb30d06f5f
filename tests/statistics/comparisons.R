# Numbers of R that the tests of comparisons quote. Run: Rscript tests/statistics/comparisons.R
# It prints named cases and writes cox_reference.csv, tables_reference.csv and means_reference.csv beside itself.
# Made with R 4.2.2 and survival 3.5.3. Only base R and survival are needed.

library(survival)
options(digits = 15, width = 200, warn = 1)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
number <- function(x) paste(vapply(x, function(v) if (is.na(v)) "" else formatC(v, digits = 12, format = "g", width = 1), ""), collapse = ",")

# ---- named cases ---------------------------------------------------------------------------------------

cat("\n== aml: survdiff, rho = 0 and 1\n")
for (rho in 0:1) print(survdiff(Surv(time, status) ~ x, aml, rho = rho)[c("obs", "exp", "chisq")])
cat("\n== aml: coxph, efron and breslow: coef, se, hr, lower, upper, p; loglik; score, wald, lr\n")
for (ties in c("efron", "breslow")) {
  fit <- coxph(Surv(time, status) ~ x, aml, ties = ties)
  s <- summary(fit)
  print(c(s$coefficients, s$conf.int)); print(fit$loglik); print(rbind(s$sctest, s$waldtest, s$logtest))
}

# ---- Cox and log-rank: random sets ---------------------------------------------------------------------

# Weighted log-rank by its definition, where survdiff has no such weight.
weighted <- function(time, event, group, weight) {
  times <- sort(unique(time[event == 1]))
  u <- v <- 0; s <- 1
  for (t in times) {
    n <- sum(time >= t); d <- sum(time == t & event == 1)
    n1 <- sum(time >= t & group == 1); d1 <- sum(time == t & event == 1 & group == 1)
    w <- weight(n, s)
    u <- u + w * (d1 - d * n1 / n)
    if (n > 1) v <- v + w^2 * d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    s <- s * (1 - d / n)
  }
  if (v > 0) u^2 / v else NA
}

random.trial <- function(i) {
  n <- sample(12:60, 1)
  group <- sample(0:1, n, replace = TRUE)
  time <- if (i %% 2) sample(1:15, n, replace = TRUE) else round(rexp(n, 0.1 * exp(-0.5 * group)), 2)
  data.frame(time, event = rbinom(n, 1, 0.7), group, stratum = sample(1:3, n, replace = TRUE), x = round(rnorm(n), 2), arm = sample(1:3, n, replace = TRUE))
}
describe.trial <- function(d) {
  row <- c(
    survdiff(Surv(time, event) ~ group, d)$chisq,
    survdiff(Surv(time, event) ~ group + strata(stratum), d)$chisq,
    survdiff(Surv(time, event) ~ arm, d)$chisq,
    survdiff(Surv(time, event) ~ arm + strata(stratum), d)$chisq,
    survdiff(Surv(time, event) ~ group, d, rho = 1)$chisq,
    weighted(d$time, d$event, d$group, function(n, s) n),
    weighted(d$time, d$event, d$group, function(n, s) 1 - s)
  )
  for (ties in c("efron", "breslow")) {
    a <- coxph(Surv(time, event) ~ group, d, ties = ties)
    b <- coxph(Surv(time, event) ~ group + x + strata(stratum), d, ties = ties)
    row <- c(row, coef(a), sqrt(diag(vcov(a))), a$loglik, a$score, coef(b)[1], sqrt(diag(vcov(b)))[1], b$loglik, b$score)
  }
  text <- paste(d$time, d$event, d$group, d$stratum, d$x, d$arm, sep = ":", collapse = " ")
  paste(text, number(row), sep = ",")
}
set.seed(20160601)
half <- c("coef", "se", "null", "loglik", "score")
header <- c("data", "log_rank", "stratified", "three", "three_stratified", "peto", "wilcoxon", "late", paste0(rep(c("efron_", "efron_adjusted_", "breslow_", "breslow_adjusted_"), each = 5), half))
writeLines(c(paste(header, collapse = ","), vapply(1:150, function(i) describe.trial(random.trial(i)), "")), file.path(here, "cox_reference.csv"))

# ---- tables of counts ----------------------------------------------------------------------------------

# Miettinen and Nurminen's limits from their definition: the likelihood under a difference is maximised numerically.
mn.score <- function(x1, n1, x2, n2, delta) {
  loglik <- function(p2) dbinom(x1, n1, p2 + delta, log = TRUE) + dbinom(x2, n2, p2, log = TRUE)
  low <- max(0, -delta); high <- min(1, 1 - delta)
  p2 <- optimize(loglik, c(low, high), maximum = TRUE, tol = 1e-13)$maximum
  ends <- c(low, high); best <- c(loglik(p2), loglik(low), loglik(high)); p2 <- c(p2, ends)[which.max(best)]
  p1 <- min(max(p2 + delta, 0), 1)
  v <- (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
  (x1 / n1 - x2 / n2 - delta) / sqrt(v)
}
mn.limits <- function(x1, n1, x2, n2) {
  z <- qnorm(0.975); d <- x1 / n1 - x2 / n2
  lower <- tryCatch(uniroot(function(t) mn.score(x1, n1, x2, n2, t) - z, c(-1 + 1e-9, d - 1e-9), tol = 1e-12)$root, error = function(e) -1)
  upper <- tryCatch(uniroot(function(t) mn.score(x1, n1, x2, n2, t) + z, c(d + 1e-9, 1 - 1e-9), tol = 1e-12)$root, error = function(e) 1)
  c(lower, upper)
}
# Exact conditional estimate and limits as fisher.test defines them; it stops its own search of roots at 1e-4.
exact.odds <- function(x1, n1, x2, n2) {
  m <- x1 + x2; k <- max(0, m - n2):min(n1, m)
  p <- function(log.psi) { w <- lchoose(n1, k) + lchoose(n2, m - k) + k * log.psi; w <- exp(w - max(w)); w / sum(w) }
  root <- function(f) exp(uniroot(f, c(-20, 20), tol = 1e-13)$root)
  c(root(function(l) sum(k * p(l)) - x1), root(function(l) sum(p(l)[k >= x1]) - 0.025), root(function(l) sum(p(l)[k <= x1]) - 0.025))
}
quiet <- suppressWarnings
describe.table <- function(i) {
  n1 <- sample(4:60, 1); n2 <- sample(4:60, 1); n3 <- sample(4:20, 1)
  x1 <- sample(1:(n1 - 1), 1); x2 <- sample(1:(n2 - 1), 1); x3 <- sample(0:n3, 1)
  two <- rbind(c(x1, n1 - x1), c(x2, n2 - x2)); three <- rbind(two, c(x3, n3 - x3))
  f <- fisher.test(two)
  arrays <- array(c(two, rbind(c(x2, 3), c(5, x1))), c(2, 2, 2))
  mh <- mantelhaen.test(arrays, correct = FALSE)
  general <- mantelhaen.test(array(c(three, three[3:1, ] + 1), c(3, 2, 2)))
  row <- c(
    x1, n1, x2, n2, x3, n3,
    quiet(prop.test(c(x1, x2), c(n1, n2), correct = FALSE))$conf.int,
    quiet(prop.test(c(x1, x2), c(n1, n2)))$conf.int,
    mn.limits(x1, n1, x2, n2),
    quiet(chisq.test(two, correct = FALSE))$p.value, quiet(chisq.test(two))$p.value, quiet(chisq.test(three, correct = FALSE))$p.value,
    f$p.value, exact.odds(x1, n1, x2, n2), fisher.test(three)$p.value,
    quiet(prop.trend.test(c(x1, x2, x3), c(n1, n2, n3)))$p.value,
    mh$statistic, mh$estimate, mh$conf.int, general$statistic, general$parameter
  )
  number(row)
}
header <- c("x1", "n1", "x2", "n2", "x3", "n3", "wald_lower", "wald_upper", "corrected_lower", "corrected_upper", "mn_lower", "mn_upper",
  "chi_square", "chi_square_corrected", "chi_square_three", "fisher", "exact_or", "exact_lower", "exact_upper", "fisher_three", "trend",
  "cmh", "mh_or", "mh_lower", "mh_upper", "cmh_three", "cmh_three_df")
writeLines(c(paste(header, collapse = ","), vapply(1:120, describe.table, "")), file.path(here, "tables_reference.csv"))

# ---- means ---------------------------------------------------------------------------------------------

describe.means <- function(i) {
  n <- sample(9:40, 1)
  g <- factor(c("a", "b", "c", sample(c("a", "b", "c"), n - 3, replace = TRUE)), levels = c("a", "b", "c"))
  f <- factor(c("u", "v", sample(c("u", "v", "w"), n - 2, replace = TRUE)))
  base <- round(rnorm(n, 50, 10), 1)
  y <- if (i %% 2) round(rnorm(n, 5 + as.numeric(g)) + base / 20, 1) else sample(1:6, n, replace = TRUE) + 0.1 * as.numeric(g)
  if (min(table(g)) < 2) return(NULL)
  a <- y[g == "a"]; b <- y[g == "b"]
  welch <- t.test(a, b); pooled <- t.test(a, b, var.equal = TRUE)
  fit <- lm(y ~ g + base + f)
  if (any(is.na(coef(fit)))) return(NULL)
  grid <- expand.grid(g = levels(g), f = levels(f), base = mean(base))
  grid$g <- factor(grid$g, levels = levels(g)); grid$f <- factor(grid$f, levels = levels(f))
  m <- model.matrix(~ g + base + f, grid)
  equal <- t(sapply(levels(g), function(k) colMeans(m[grid$g == k, ])))
  observed <- t(sapply(levels(g), function(k) colSums(m[grid$g == k, ] * as.numeric(table(f))[as.numeric(grid$f[grid$g == k])]) / n))
  contrast <- function(l) c(l %*% coef(fit), sqrt(l %*% vcov(fit) %*% l))
  row <- c(
    welch$conf.int, welch$statistic, welch$parameter, welch$p.value, pooled$conf.int, pooled$p.value,
    quiet(wilcox.test(a, b, exact = FALSE))$p.value, kruskal.test(y, g)$p.value, anova(lm(y ~ g))$`Pr(>F)`[1],
    contrast(equal["a", ]), contrast(observed["a", ]), contrast(equal["a", ] - equal["c", ]), df.residual(fit)
  )
  paste(paste(g, f, base, y, sep = ":", collapse = " "), number(row), sep = ",")
}
header <- c("data", "welch_lower", "welch_upper", "t", "df", "welch_p", "pooled_lower", "pooled_upper", "pooled_p", "wilcoxon", "kruskal", "anova",
  "mean", "mean_se", "mean_observed", "mean_observed_se", "difference", "difference_se", "residual_df")
writeLines(c(paste(header, collapse = ","), unlist(lapply(1:130, describe.means))), file.path(here, "means_reference.csv"))

# ---- edges ---------------------------------------------------------------------------------------------

cat("\n== survdiff of 1 2 3 against 4+ 5+ 6+: p\n")
print(1 - pchisq(survdiff(Surv(1:6, c(1, 1, 1, 0, 0, 0)) ~ c(0, 0, 0, 1, 1, 1))$chisq, 1))
cat("\n== fisher.test with a zero cell: estimate, limits\n")
for (t in list(rbind(c(0, 10), c(5, 5)), rbind(c(5, 5), c(0, 10)))) print(c(fisher.test(t)$estimate, fisher.test(t)$conf.int))
cat("\n== Sato's limits of the migraine data, by the formula of SAS's documentation\n")
x1 <- c(16, 12); n1 <- c(27, 28); x2 <- c(5, 7); n2 <- c(25, 26); n <- n1 + n2
d <- sum((x1 * n2 - x2 * n1) / n) / sum(n1 * n2 / n)
P <- (n1^2 * x2 - n2^2 * x1 + n1 * n2 * (n2 - n1) / 2) / n^2
Q <- (x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * n)
print(d + c(0, -1, 1) * qnorm(0.975) * sqrt(d * sum(P) + sum(Q)) / sum(n1 * n2 / n))
cat("\n== PlantGrowth: lm(weight ~ group): trt2 - ctrl with limits and p\n")
fit <- lm(weight ~ group, PlantGrowth)
print(c(coef(fit)["grouptrt2"], confint(fit)["grouptrt2", ], summary(fit)$coefficients["grouptrt2", 4]))
cat("\n== wilcox.test of 1 2 3 and 4 5 6, exact = FALSE: p\n")
print(wilcox.test(c(1, 2, 3), c(4, 5, 6), exact = FALSE)$p.value)

# ---- tests/analysis/test_comparisons.py ----------------------------------------------------------------

cat("\n== aml: maintained against nonmaintained\n")
print(summary(coxph(Surv(time, status) ~ I(x == "Maintained"), aml))$conf.int)
arm <- rep(c("A", "B", "C"), c(70, 80, 50)); k <- c(0:69, 0:79, 0:49)
resp <- k < rep(c(56, 48, 25), c(70, 80, 50)); value <- 10 + k %% 7 + 3 * (arm == "A"); stratum <- k %% 3
cat("\n== responders: chi-square of all arms; fisher A B; odds ratio A B\n")
print(chisq.test(table(arm, resp), correct = FALSE)$p.value)
ab <- arm != "C"
print(fisher.test(table(arm[ab], resp[ab]))$p.value)
fit <- glm(resp[ab] ~ I(arm[ab] == "A"), family = binomial)
print(exp(c(coef(fit)[2], confint.default(fit)[2, ])))
cat("\n== responders: mantelhaen.test by stratum: chi-square, p, odds ratio, limits\n")
mh <- mantelhaen.test(table(factor(arm[ab]), factor(resp[ab], c(TRUE, FALSE)), stratum[ab]), correct = FALSE)
print(c(mh$statistic, mh$p.value, mh$estimate, mh$conf.int))
cat("\n== value: pooled difference A B; kruskal of all; lm(value ~ arm + stratum as factor): A - B with limits and p\n")
pooled <- t.test(value[arm == "A"], value[arm == "B"], var.equal = TRUE)
print(c(diff(rev(pooled$estimate)), pooled$conf.int, pooled$p.value))
print(c(tapply(value, arm, mean), kruskal.test(value, factor(arm))$p.value))
fit <- lm(value ~ relevel(factor(arm), "B") + factor(stratum))
print(c(coef(fit)[2], confint(fit)[2, ], summary(fit)$coefficients[2, 4]))

# ---- tests/analysis/test_comparison_figures.py ----------------------------------------------------------

cat("\n== aml, even and odd subjects in the order of arms: hazard ratios; p of the interaction\n")
d <- rbind(aml[aml$x == "Maintained", ], aml[aml$x != "Maintained", ])
d$half <- c("E", "O")[(0:22) %% 2 + 1]
d$m <- d$x == "Maintained"
for (h in c("E", "O")) print(summary(coxph(Surv(time, status) ~ m, d[d$half == h, ]))$conf.int)
print(anova(coxph(Surv(time, status) ~ m + half, d), coxph(Surv(time, status) ~ m * half, d)))
cat("\n== mean of 10, 12, 17 with limits\n")
print(t.test(c(10, 12, 17))$conf.int)
