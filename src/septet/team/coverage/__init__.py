"""Coverage: who answers for which service in each role cluster, where nobody does, who carries too much, what nobody
can do."""
