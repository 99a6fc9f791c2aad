using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]
// Programs use fixed addresses of this process: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
