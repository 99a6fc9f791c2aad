// Programs are started and killed here, and what this process holds is counted: one test after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
