using System.Runtime.CompilerServices;

// The structures of the kernel are passed as they are: nothing is converted on the way.
[assembly: DisableRuntimeMarshalling]
[assembly: InternalsVisibleTo("Ioasis.Conformance")]
