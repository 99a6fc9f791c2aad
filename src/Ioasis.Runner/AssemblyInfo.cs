using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

// Every struct here is its own native layout: nothing is ever converted on the way to the kernel.
[assembly: DisableRuntimeMarshalling]
[assembly: SupportedOSPlatform("linux")]
