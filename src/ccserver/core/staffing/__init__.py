"""How many agents a target takes: the formulas of one queue with one kind of agent, in the steady state.

Pure figures about a queue on paper; the queues of the centre are elsewhere. Lengths are seconds (float), shares 0 to 1.
Skills, tiers and queues that share agents are beyond these formulas: they take a simulation.
"""
