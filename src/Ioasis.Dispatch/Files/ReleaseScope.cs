namespace Ioasis.Dispatch.Files;

/// <summary>
/// What the release of a file changes that calls on other files can see: its context, its group, … A release and a call, or two releases,
/// that have one of these in common come one after the other; those that have none do not wait for each other.
/// </summary>
/// <param name="First">Compared by <see cref="object.Equals(object?)"/>; a path where nothing else is shared.</param>
/// <param name="Second">Another, or null.</param>
/// <param name="Third">Another, or null.</param>
public readonly record struct ReleaseScope(object First, object? Second = null, object? Third = null);
