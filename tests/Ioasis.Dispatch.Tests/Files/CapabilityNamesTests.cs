using Ioasis.Dispatch.Files;

namespace Ioasis.Dispatch.Tests.Files;

public sealed class CapabilityNamesTests
{
    [Theory]
    [InlineData("CAP_IPC_LOCK", Capability.IpcLock)]
    [InlineData("sys_rawio", Capability.SysRawio)]
    [InlineData("cap_sys_admin", Capability.SysAdmin)]
    [InlineData("Sys_Resource", Capability.SysResource)]
    [InlineData("CAP_CHECKPOINT_RESTORE", (Capability)40)]
    public void NamesAreReadInAnyCaseAndWithOrWithoutPrefix(string name, Capability expected)
    {
        Assert.True(CapabilityNames.TryParse(name, out Capability capability));
        Assert.Equal(expected, capability);
    }

    [Theory]
    [InlineData("")]
    [InlineData("CAP_")]
    [InlineData("CAP_CAP_KILL")]
    [InlineData("ROOT")]
    public void WhatIsNoCapabilityIsRefused(string name) => Assert.False(CapabilityNames.TryParse(name, out _));
}
