namespace Ioasis.Runner.Doctor;

/// <summary>
/// What this machine supports of what <c>ioasis run</c> needs, looked at one by one and then tried as a whole. Takes well
/// under a second.
/// </summary>
public static class Checkup
{
    /// <summary>All findings, in the order in which one would look for a cause.</summary>
    public static IEnumerable<Finding> Run()
    {
        yield return SeccompChecks.Architecture();
        yield return SeccompChecks.UserNotification();
        yield return SeccompChecks.OuterFilters();
        yield return ProcessChecks.PtraceScope();
        using (TestSubject subject = new())
        {
            yield return ProcessChecks.DescriptorsOf(subject);
            yield return ProcessChecks.MemoryOf(subject);
        }

        yield return ProcessChecks.MemoryLayout();
        yield return LimitChecks.Descriptors();
        yield return LimitChecks.LockedMemory();
        yield return LimitChecks.EngineMemory();
        yield return LimitChecks.RealIommu();
        yield return TrialRun.Try();
    }
}
