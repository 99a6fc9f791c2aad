namespace Ioasis.Runner.Doctor;

/// <summary>How a check came out.</summary>
public enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, with a limit.</summary>
    Limited,

    /// <summary><c>ioasis run</c> cannot work.</summary>
    Bad,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Verdict">How it came out.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do; empty when there is nothing to do.</param>
public sealed record Finding(string Name, Verdict Verdict, string Detail, string Advice = "");
