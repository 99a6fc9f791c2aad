using System.Runtime.Versioning;
using Ioasis.Clients.Tests.Fixtures;

[assembly: SupportedOSPlatform("linux")]
[assembly: AssemblyFixture(typeof(CPrograms))]
