# Numbers of test_distributions.py: quantiles of distributions cut off at two limits, by R's own functions.
# Run: Rscript reference.R
cut_off <- function(u, p, q, low, high) q(p(low) + u * (p(high) - p(low)))
u <- c(0.01, 0.25, 0.5, 0.9, 0.999)
show <- function(name, values) cat(name, paste(sprintf("%.10g", values), collapse = ", "), "\n")
show("normal", cut_off(u, function(x) pnorm(x, 10, 3), function(p) qnorm(p, 10, 3), -Inf, Inf))
show("normal cut", cut_off(u, function(x) pnorm(x, 10, 3), function(p) qnorm(p, 10, 3), 8, 11))
s2 <- log(1 + (4 / 10)^2)
m <- log(10) - s2 / 2
show("lognormal", cut_off(u, function(x) plnorm(x, m, sqrt(s2)), function(p) qlnorm(p, m, sqrt(s2)), 0, Inf))
show("lognormal cut", cut_off(u, function(x) plnorm(x, m, sqrt(s2)), function(p) qlnorm(p, m, sqrt(s2)), 5, 20))
show("exponential", qexp(u, 1 / 50))
show("exponential cut", cut_off(u, function(x) pexp(x, 1 / 50), function(p) qexp(p, 1 / 50), 0, 60))
show("poisson", qpois(u, 3))
show("poisson cut", qpois(ppois(0, 3) + u * (ppois(6, 3) - ppois(0, 3)), 3))
