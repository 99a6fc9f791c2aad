using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;
using Ioasis.Runner.Tests.Fixtures;

namespace Ioasis.Runner.Tests.Processes;

/// <summary>Copies of eventfds, kept where none can be taken later.</summary>
public sealed class ClientEventsTests
{
    [Fact]
    public void AnEventIsKnownByItsNumberAndALookAlikeIsNot()
    {
        using var events = new ClientEvents(4);
        using Descriptor other = LibC.eventfd(0, Linux.EFD_CLOEXEC);
        Descriptor kept = LibC.eventfd(0, Linux.EFD_CLOEXEC);
        Assert.True(events.TryKeep(kept, out _));
        using Descriptor copy = events.CopyOf(Environment.ProcessId, kept.Number);
        Assert.False(copy.IsInvalid);
        using Descriptor none = events.CopyOf(Environment.ProcessId, other.Number);
        Assert.True(none.IsInvalid);
    }

    [Fact]
    public void WhatNoClientHoldsIsLetGoOnceItWasGiven()
    {
        using var events = new ClientEvents(4);
        Assert.True(events.TryKeep(LibC.eventfd(0, Linux.EFD_CLOEXEC), out int given));
        Assert.True(events.TryKeep(LibC.eventfd(0, Linux.EFD_CLOEXEC), out _)); // still on its way to the client
        events.Given(given);
        events.Search();
        Assert.Equal(1, events.Count);
    }

    [Fact]
    public void ThereAreNeverMoreThanAllowed()
    {
        const int Most = 8;
        using var events = new ClientEvents(Most);
        for (int i = 0; i < Most; i++)
            Assert.True(events.TryKeep(LibC.eventfd(0, Linux.EFD_CLOEXEC), out _));
        using Descriptor oneMore = LibC.eventfd(0, Linux.EFD_CLOEXEC);
        Assert.False(events.TryKeep(oneMore, out _));
        Assert.Equal(Most, events.Count);
    }

    [Fact]
    public void EventsAreLinuxsOwnWhoeverMakesThemAndCopiesDoNotPileUp()
    {
        const int Most = 300; // of 3,000
        using var sandbox = new Sandbox();
        using ProgramRunner runner = sandbox.Start(CPrograms.Find("events"));
        Assert.Equal(default, runner.Wait());
        Assert.Equal("all as it should be\n", sandbox.Output);
        Assert.InRange(runner.EventCopies, 0, Most);
    }

    [Theory]
    [InlineData("pos:\t0\nflags:\t02\nmnt_id:\t15\nino:\t9\neventfd-count:                0\neventfd-id: 41\neventfd-semaphore: 0\n", true, 41)]
    [InlineData("pos:\t0\nflags:\t02\nmnt_id:\t15\nino:\t9\n", false, 0)]
    public void TheNumberIsReadFromWhatTheKernelSays(string text, bool isEvent, int number)
    {
        Assert.Equal(isEvent, EventName.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out int id));
        Assert.Equal(number, id);
    }
}
