namespace Ioasis.Clients.Tests.Fixtures;

/// <summary>Tests that raise the number of huge pages and put it back: one after the other.</summary>
[CollectionDefinition(nameof(HugePageCollection))]
public sealed class HugePageCollection;
