"""The expected-loss router: who is served next, by which agent, and when an agent is better kept free.

Pure and incremental: facts go in one by one, decisions come out, and the cost of a decision grows with the needs an agent
can serve, not with those who wait. Instants and lengths are seconds (float) of one clock.
"""
