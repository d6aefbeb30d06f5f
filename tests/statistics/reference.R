# The numbers that the tests of crf2tlf.statistics quote, from R.
#
#   Rscript tests/statistics/reference.R
#
# prints them, and writes survfit_reference.csv next to this file: 400 random sets of survival data with what
# survfit makes of them. Made with R 4.2.2 and survival 3.5.3. The tests read the CSV and quote the printed
# numbers; they do not need R.

library(survival)
options(digits = 15, width = 200)

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
conf.types <- c("log-log", "log", "plain")

cat("== versions\n")
cat(R.version.string, "survival", format(packageVersion("survival")), "\n")

# ---- Kaplan-Meier: cases by name -----------------------------------------------------------------------

median.row <- function(fit) unname(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")])
fit.of <- function(time, event, conf.type) survfit(Surv(time, event) ~ 1, conf.type = conf.type)

cases <- list(
  maintained = with(aml[aml$x == "Maintained", ], list(time, status)),
  nonmaintained = with(aml[aml$x == "Nonmaintained", ], list(time, status)),
  plateau = list(c(1, 2, 3, 4), c(1, 1, 1, 1)),
  plateau.with.censoring = list(c(2, 4, 5, 7, 9, 12), c(1, 1, 1, 0, 1, 1)),
  open.plateau = list(c(1, 2, 3, 4), c(1, 1, 0, 0)),
  ends.at.zero = list(c(3, 5, 8, 11, 14), c(1, 1, 1, 0, 1)),
  upper.absent = list(c(4, 6, 8, 10, 12, 14), c(1, 1, 0, 1, 0, 0)),
  median.absent = list(c(4, 6, 8, 10, 12, 14), c(1, 0, 0, 0, 0, 0)),
  all.censored = list(c(1, 2, 3), c(0, 0, 0)),
  single.event = list(5, 1),
  single.censored = list(5, 0),
  ties = list(c(3, 3, 3, 5, 5, 5, 8, 8), c(1, 1, 0, 1, 0, 0, 1, 0)),
  event.at.zero = list(c(0, 2, 3), c(1, 0, 0)),
  binary.noise = list(c(0.1 + 0.2, 0.3, 0.7, 0.1 * 7), c(1, 0, 1, 1))
)

cat("\n== median and limits: log-log, log, plain\n")
for (name in names(cases)) {
  rows <- sapply(conf.types, function(type) median.row(fit.of(cases[[name]][[1]], cases[[name]][[2]], type)))
  cat(sprintf("%-24s", name), format(c(rows)), "\n")
}

cat("\n== curves, log-log limits\n")
for (name in c("maintained", "ties", "ends.at.zero", "binary.noise")) {
  fit <- fit.of(cases[[name]][[1]], cases[[name]][[2]], "log-log")
  cat(name, "\n")
  print(with(fit, data.frame(time, n.risk, n.event, n.censor, surv, std.err = std.err * surv, lower, upper)))
}

cat("\n== maintained: survival at 24 (log-log, log, plain), at 90 % (log-log)\n")
for (type in conf.types) {
  print(with(summary(fit.of(cases$maintained[[1]], cases$maintained[[2]], type), times = 24), c(surv, lower, upper)))
}
narrow <- survfit(Surv(time, status) ~ 1, aml[aml$x == "Maintained", ], conf.type = "log-log", conf.int = 0.9)
print(with(summary(narrow, times = 24), c(surv, lower, upper)))

cat("\n== median.absent: survival at 14 (log-log)\n")
print(with(summary(fit.of(cases$median.absent[[1]], cases$median.absent[[2]], "log-log"), times = 14), c(surv, lower, upper)))

cat("\n== maintained: at risk at 0 9 9.5 13 100 161 162\n")
print(summary(fit.of(cases$maintained[[1]], cases$maintained[[2]], "log"), times = c(0, 9, 9.5, 13, 100, 161, 162), extend = TRUE)$n.risk)

cat("\n== nonmaintained: quantiles 25, 50, 75 %, log-log\n")
print(do.call(rbind, quantile(fit.of(cases$nonmaintained[[1]], cases$nonmaintained[[2]], "log-log"))))

cat("\n== open.plateau: quantile(survfit) at 50 %\n")
print(unlist(quantile(fit.of(cases$open.plateau[[1]], cases$open.plateau[[2]], "log-log"), 0.5)))

# ---- proportions ---------------------------------------------------------------------------------------

cat("\n== exact limits (binom.test) and Wilson's (prop.test, no correction)\n")
for (case in list(c(3, 9, .90), c(3, 9, .95), c(0, 9, .95), c(9, 9, .95), c(1, 1, .95), c(17, 254, .99), c(6, 9, .95))) {
  exact <- binom.test(case[1], case[2], conf.level = case[3])$conf.int
  wilson <- suppressWarnings(prop.test(case[1], case[2], conf.level = case[3], correct = FALSE))$conf.int
  cat(case, "  ", format(c(exact)), "  ", format(c(wilson)), "\n")
}

# ---- paired t ------------------------------------------------------------------------------------------

cat("\n== paired t: the sleep data; nine pairs; a level of 90 %\n")
show.t <- function(test) cat(format(c(unname(test$estimate), test$conf.int, unname(test$statistic), unname(test$parameter), test$p.value)), "\n")
show.t(t.test(sleep$extra[sleep$group == 1], sleep$extra[sleep$group == 2], paired = TRUE))
before <- c(5.7, 6.7, 9.2, 22.9, 6.1, 12.4, 6.0, 7.3, 15.8)
after <- c(1.6, 0.7, 5.9, 14.2, 2.1, 8.8, 7.9, 1.0, 3.3)
show.t(t.test(before, after, paired = TRUE))
show.t(t.test(before, after, paired = TRUE, conf.level = 0.9))

# ---- quantiles -----------------------------------------------------------------------------------------

cat("\n== quantiles 0 5 10 25 33 50 75 90 95 100 %: type 2, type 7\n")
probs <- c(0, .05, .10, .25, .33, .50, .75, .90, .95, 1)
samples <- list(
  one = 42,
  two = c(1, 2),
  nine = c(31, 44, 47, 52, 56, 60, 61, 68, 74),
  ten = c(5.7, 6.7, 9.2, 22.9, 6.1, 12.4, 6.0, 7.3, 15.8, 6.7),
  twelve = c(-3, -1, 0, 0, 2, 4, 4, 4, 7, 11, 18, 29)
)
for (name in names(samples)) for (type in c(2, 7)) {
  cat(sprintf("%-7s", name), type, format(unname(quantile(samples[[name]], probs, type = type)), trim = TRUE), "\n")
}
cat("\n== n, mean, sd of nine and twelve\n")
for (name in c("nine", "twelve")) cat(length(samples[[name]]), mean(samples[[name]]), sd(samples[[name]]), "\n")

# ---- Kaplan-Meier: random sets -------------------------------------------------------------------------

# A set is written as "time+" (censored) or "time" (event). For each kind of limits: median with limits, survival
# with limits at one time, sums over the whole curve of lower and upper limits (missing left out) and their
# number; for the set: quartiles, standard error at that time, sums of survival and standard error.
random.set <- function(i) {
  n <- sample(c(1:5, 6:30), 1)
  time <- switch(i %% 4 + 1,
    sample(0:10, n, replace = TRUE), # heavy ties, events at 0
    sample(1:40, n, replace = TRUE),
    round(rexp(n, 1 / 12), 1),
    round(rweibull(n, 1.4, 300)) / 30.4375 # months made of days
  )
  event <- rbinom(n, 1, sample(c(0.15, 0.5, 0.8, 1), 1))
  list(time = time, event = event)
}

describe.set <- function(set) {
  at <- round(unname(quantile(set$time, 0.6, type = 1)) + 0.05, 2)
  total <- function(x) sum(x, na.rm = TRUE)
  row <- list()
  for (type in conf.types) {
    fit <- fit.of(set$time, set$event, type)
    point <- summary(fit, times = at, extend = TRUE)
    row[[type]] <- c(median.row(fit), point$lower, point$upper, total(fit$lower), total(fit$upper), sum(!is.na(fit$upper)))
  }
  error <- fit$std.err * fit$surv
  common <- c(
    length(fit$time), at, point$surv, point$std.err, unname(quantile(fit, c(.25, .75), conf.int = FALSE)),
    total(fit$surv), total(error)
  )
  number <- function(x) sub(" *(NaN|NA)", "", formatC(x, digits = 10, format = "g", width = 1))
  shortest <- vapply(set$time, function(t) {
    text <- formatC(t, digits = 15, format = "g", width = 1)
    if (as.numeric(text) == t) text else formatC(t, digits = 17, format = "g", width = 1)
  }, "")
  data <- paste0(shortest, ifelse(set$event == 1, "", "+"), collapse = " ")
  paste(c(data, number(c(common, unlist(row)))), collapse = ",")
}

set.seed(20160601)
header <- c(
  "data", "times", "at", "survival", "std_error", "q1", "q3", "sum_survival", "sum_std_error",
  outer(c("median", "median_lower", "median_upper", "lower", "upper", "sum_lower", "sum_upper", "limits"), conf.types, paste)
)
lines <- vapply(1:400, function(i) describe.set(random.set(i)), "")
writeLines(c(paste(header, collapse = ","), lines), file.path(here, "survfit_reference.csv"))
