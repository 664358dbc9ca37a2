"""Record types that govern how the kernel works: they are records, so the past is judged by the rule then in force."""
