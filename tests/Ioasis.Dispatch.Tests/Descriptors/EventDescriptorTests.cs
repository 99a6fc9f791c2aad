using System.Runtime.InteropServices;
using Ioasis.Dispatch.Descriptors;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Dispatch.Tests.Descriptors;

public sealed unsafe partial class EventDescriptorTests
{
    private const int NonBlocking = 0x800, PollIn = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(NonBlocking)]
    public void A_signal_adds_one(int flags)
    {
        using SafeFileHandle client = Event(0, flags);
        using EventDescriptor line = Take(client);
        line.Signal();
        line.Signal();
        Assert.Equal(2ul, Read(client));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(NonBlocking)]
    public void A_full_counter_stays_full_and_nobody_waits(int flags)
    {
        using SafeFileHandle client = Event(0, flags);
        ulong full = ulong.MaxValue - 1;
        Assert.Equal(8, write(client, &full, 8));
        using EventDescriptor line = Take(client);
        line.Signal();
        Assert.Equal(full, Read(client));
    }

    [Fact]
    public void It_stays_usable_when_the_client_closes_its_descriptor()
    {
        SafeFileHandle client = Event(0, 0);
        using SafeFileHandle other = Duplicate(client);
        using EventDescriptor line = Take(client);
        client.Dispose();
        line.Signal();
        Assert.Equal(1ul, Read(other));
    }

    [Fact]
    public void After_it_was_disposed_a_signal_does_nothing()
    {
        using SafeFileHandle client = Event(5, 0);
        EventDescriptor line = Take(client);
        line.Dispose();
        line.Signal();
        Assert.Equal(5ul, Read(client));
    }

    [Fact]
    public void What_is_no_eventfd_is_not_taken()
    {
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        Assert.Null(EventDescriptor.TryTake(file, Environment.ProcessId));
        Assert.False(file.IsClosed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(NonBlocking)]
    public void A_listener_hears_each_signal_and_resets_the_counter(int flags)
    {
        using SafeFileHandle client = Event(0, flags);
        using EventDescriptor line = Take(client);
        int heard = 0;
        line.Listen(() => Interlocked.Increment(ref heard));
        for (int n = 1; n <= 3; n++)
        {
            Signal(client);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref heard) == n, Patience));
        }
        Assert.False(IsReadable(client));
    }

    [Fact]
    public void A_listener_hears_what_was_signalled_before()
    {
        using SafeFileHandle client = Event(1, 0);
        using EventDescriptor line = Take(client);
        using var heard = new ManualResetEventSlim();
        line.Listen(heard.Set);
        Assert.True(heard.Wait(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_listener_that_was_disposed_leaves_signals_alone_while_others_hear_theirs()
    {
        using SafeFileHandle first = Event(0, 0), second = Event(0, 0);
        EventDescriptor gone = Take(first);
        using EventDescriptor stays = Take(second);
        int heardByGone = 0;
        using var heard = new ManualResetEventSlim();
        gone.Listen(() => Interlocked.Increment(ref heardByGone));
        stays.Listen(heard.Set);
        gone.Dispose();
        Signal(first);
        Signal(second);
        Assert.True(heard.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, heardByGone);
        Assert.Equal(1ul, Read(first));
    }

    [Fact]
    public void Whether_the_client_still_has_its_descriptor_can_be_seen()
    {
        SafeFileHandle client = Event(0, 0);
        using SafeFileHandle other = Event(0, 0);
        using EventDescriptor line = Take(client), again = Take(client);
        using EventDescriptor unrelated = Take(other);
        Assert.True(line.IsHeldBy(Environment.ProcessId));
        using (SafeFileHandle second = Duplicate(client))
        {
            client.Dispose();
            Assert.True(line.IsHeldBy(Environment.ProcessId));
        }

        Assert.False(line.IsHeldBy(Environment.ProcessId)); // those kept here do not count, nor do other eventfds
        Assert.False(again.IsHeldBy(Environment.ProcessId));
        Assert.True(unrelated.IsHeldBy(Environment.ProcessId));
        Assert.False(unrelated.IsHeldBy(int.MaxValue)); // there is no such process
    }

    private static EventDescriptor Take(SafeFileHandle client)
    {
        EventDescriptor? line = EventDescriptor.TryTake(Duplicate(client), Environment.ProcessId);
        Assert.NotNull(line);
        return line;
    }

    private static SafeFileHandle Event(uint start, int flags)
    {
        SafeFileHandle handle = eventfd(start, flags);
        Assert.False(handle.IsInvalid);
        return handle;
    }

    private static SafeFileHandle Duplicate(SafeFileHandle handle) => dup(handle);

    private static ulong Read(SafeFileHandle handle)
    {
        ulong value = 0;
        Assert.Equal(8, read(handle, &value, 8));
        return value;
    }

    private static void Signal(SafeFileHandle handle)
    {
        ulong one = 1;
        Assert.Equal(8, write(handle, &one, 8));
    }

    private static bool IsReadable(SafeFileHandle handle)
    {
        long entry = (uint)handle.DangerousGetHandle() | (long)PollIn << 32;
        return poll(&entry, 1, 0) == 1;
    }

    [LibraryImport("libc")]
    private static partial SafeFileHandle eventfd(uint start, int flags);

    [LibraryImport("libc")]
    private static partial SafeFileHandle dup(SafeFileHandle handle);

    [LibraryImport("libc")]
    private static partial nint read(SafeFileHandle handle, void* bytes, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(SafeFileHandle handle, void* bytes, nuint count);

    [LibraryImport("libc")]
    private static partial int poll(void* entries, nuint count, int milliseconds);
}
