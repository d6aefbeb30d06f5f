# The numbers that test_geometric.py quotes, from R: Rscript tests/statistics/geometric.R

options(digits = 12)
sets <- list(
  doses = c(12.5, 8.1, 30.2, 4.4, 17.9, 9.6, 11.3),
  pair = c(2, 8),
  ages = c(31, 44, 47, 52, 56, 60, 61, 68, 74)
)
cat(R.version.string, "\n")
for (name in names(sets)) for (level in c(0.95, 0.9)) {
  x <- sets[[name]]
  plain <- t.test(x, conf.level = level)
  logged <- t.test(log(x), conf.level = level)
  cat(name, level, "\n")
  print(c(mean = mean(x), se = sd(x) / sqrt(length(x)), cv = 100 * sd(x) / mean(x), plain$conf.int))
  print(c(geo = exp(mean(log(x))), sd = exp(sd(log(x))), cv = 100 * sqrt(exp(var(log(x))) - 1), exp(logged$conf.int)))
  print(c(p10.type2 = quantile(x, 0.1, type = 2), p90.type2 = quantile(x, 0.9, type = 2), p90.type7 = quantile(x, 0.9)))
}
