using System.Buffers.Binary;
using Ioasis.Devices.Interrupts;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Memory;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Tests.Fixtures;

/// <summary>
/// A character device for the runner's own tests: it counts, copies a little memory, fails, throws and waits on request. Its ioctls
/// are in programs/fake.h too.
/// </summary>
internal sealed class FakeDevice
{
    public const uint Increment = 0x3B01, Count = 0x3B02, Wait = 0x3B03, Throw = 0x3B04, Fail = 0x3B05, Signal = 0x3B06, Remember = 0x3B07,
        FindFile = 0x3B08, HasCapability = 0x3B09;

    public const ulong RegionOffset = 1ul << 40, MapOffset = 0x10000, MapLength = 0x1000;

    private int _opens, _releases, _counted;

    /// <summary>Let <see cref="Wait"/> go on.</summary>
    public ManualResetEventSlim Gate { get; } = new();

    /// <summary>Somebody waits.</summary>
    public ManualResetEventSlim Waiting { get; } = new();

    /// <summary>Waits until somebody waits in the device; gives up in the end.</summary>
    public bool IsReached() => Waiting.Wait(TimeSpan.FromSeconds(60));

    public int Opens => _opens;

    public int Releases => _releases;

    public int Counted => _counted;

    /// <summary>Files that were released twice: must stay 0.</summary>
    public int DoubleReleases { get; private set; }

    /// <summary>Can only be open once at a time.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>Fill <see cref="Owners"/>.</summary>
    public bool KeepsOwners { get; set; }

    /// <summary>What a release does first; may wait.</summary>
    public Action? Releasing { get; set; }

    public byte[] Region { get; } = new byte[4096];

    /// <summary>What <see cref="Remember"/> was last given.</summary>
    public (ClientMemory Memory, HostAddress Address)? Remembered { get; private set; }

    /// <summary>Who paid, at each <see cref="Remember"/>, and the limit then.</summary>
    public List<(PinOwner Owner, ulong Limit)> Owners { get; } = [];

    public SharedPages? Shared { get; private set; }

    public Errno Open(string path, out DeviceFile? file, ref Reason why)
    {
        file = null;
        if (IsExclusive && _opens != _releases)
            return why.Because(ReasonCode.InterruptBusy, 0);
        Interlocked.Increment(ref _opens);
        file = new Opened(this, path);
        return Errno.Success;
    }

    private sealed class Opened(FakeDevice device, string path) : DeviceFile
    {
        private int _released;

        public override string Path => path;

        public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
        {
            result = 0;
            switch (command)
            {
                case Increment:
                    Span<byte> word = stackalloc byte[8];
                    if (caller.Memory.Read(new HostAddress(argument), word) != 8)
                        return why.Because(ReasonCode.ArgumentUnreadable, argument, 8);
                    BinaryPrimitives.WriteUInt64LittleEndian(word, BinaryPrimitives.ReadUInt64LittleEndian(word) + 1);
                    return caller.Memory.Write(new HostAddress(argument), word) == 8
                        ? Errno.Success
                        : why.Because(ReasonCode.ArgumentUnwritable, argument, 8);
                case Count:
                    result = Interlocked.Increment(ref device._counted);
                    return Errno.Success;
                case FakeDevice.Wait:
                    device.Waiting.Set();
                    device.Gate.Wait();
                    return Errno.Success;
                case Throw:
                    throw new InvalidOperationException("a defect in a device model");
                case Fail:
                    return why.Because(ReasonCode.IovaOccupied, 0x1000, 0x2fff, 0, 0x1fff);
                case FakeDevice.Signal:
                    Errno taken = caller.TakeEvent((int)argument, out EventLine? line, ref why);
                    line?.Signal();
                    line?.Dispose();
                    return taken;
                case FakeDevice.Remember:
                    return Pin(caller, argument, ref why);
                case FakeDevice.FindFile:
                    Errno found = caller.FindFile((int)argument, out DeviceFile? file, ref why);
                    result = file is null ? 0 : 1;
                    return found;
                case HasCapability:
                    result = caller.Has((Capability)argument) ? 1 : 0;
                    return Errno.Success;
                default:
                    return why.Because(ReasonCode.UnknownIoctl, command, name: path);
            }
        }

        public override Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
        {
            Errno errno = Find(offset, count, out Span<byte> part, ref why);
            transferred = caller.Memory.Write(new HostAddress(buffer), part);
            return errno;
        }

        public override Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
        {
            Errno errno = Find(offset, count, out Span<byte> part, ref why);
            transferred = caller.Memory.Read(new HostAddress(buffer), part);
            return errno;
        }

        public override Errno CheckMap(ulong offset, ulong length, ref Reason why) =>
            (offset, length) == (MapOffset, MapLength) ? Errno.Success : base.CheckMap(offset, length, ref why);

        public override void Release()
        {
            device.Releasing?.Invoke();
            if (Interlocked.Exchange(ref _released, 1) != 0)
                device.DoubleReleases++;
            LetGo(null);
            Interlocked.Increment(ref device._releases);
        }

        /// <summary>{ address, length, writable }: pins it, for the test to use later.</summary>
        private Errno Pin(ICaller caller, ulong argument, ref Reason why)
        {
            Span<byte> words = stackalloc byte[24];
            if (caller.Memory.Read(new HostAddress(argument), words) != 24)
                return why.Because(ReasonCode.ArgumentUnreadable, argument, 24);
            var address = new HostAddress(BinaryPrimitives.ReadUInt64LittleEndian(words));
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(words[8..]);
            Errno errno = caller.Memory.Pin(address, length, words[16] != 0, out SharedPages? shared, ref why);
            lock (device.Owners)
            {
                device.Remembered = (caller.Memory, address);
                LetGo(shared);
                if (device.KeepsOwners)
                    device.Owners.Add((caller.Memory.Owner, caller.Memory.Owner.MemlockLimit));
            }

            return errno;
        }

        /// <summary>What was pinned before is pinned no more.</summary>
        private void LetGo(SharedPages? next)
        {
            SharedPages? before;
            lock (device.Owners)
                (before, device.Shared) = (device.Shared, next);
            before?.Release();
        }

        /// <summary>The region answers at its offset, and at 0 for read(2) and write(2).</summary>
        private Errno Find(ulong offset, ulong count, out Span<byte> part, ref Reason why)
        {
            part = default;
            ulong start = offset >= RegionOffset ? offset - RegionOffset : offset;
            if (start >= (ulong)device.Region.Length)
                return why.Because(ReasonCode.RegionRangeInvalid, offset, count, 1, (ulong)device.Region.Length);
            part = device.Region.AsSpan((int)start, (int)Math.Min(count, (ulong)device.Region.Length - start));
            return Errno.Success;
        }
    }
}
