namespace Ioasis.Engine.Spaces;

/// <summary>How often the pages of one run are pinned: a value of <see cref="PinCoverage"/>.</summary>
/// <param name="Count">Pins of each page; 0 only while pages are being acquired.</param>
/// <param name="Shared">Which of the coverage's shared pages reach them when their client is gone; 0 for none.</param>
internal readonly record struct PinnedRun(int Count, int Shared);
