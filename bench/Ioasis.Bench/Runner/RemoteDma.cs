using System.Diagnostics;
using System.Globalization;
using Ioasis.Bench.Rows;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Dma;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Reasons;
using Ioasis.Engine.Spaces;
using Ioasis.Runner.Files;
using Ioasis.Runner.Memory;
using Ioasis.Runner.Native;
using Ioasis.Runner.Processes;

namespace Ioasis.Bench.Runner;

/// <summary>A device that reads and writes memory of another process, beside process_vm_readv and process_vm_writev alone.</summary>
internal static unsafe class RemoteDma
{
    private const int Buffer = 8 << 20;

    public static void Measure(Session session)
    {
        using Process holder = Output.Start(RunnerPrograms.Client, "hold", Buffer.ToString(CultureInfo.InvariantCulture));
        string[] words = holder.StandardOutput.ReadLine()!.Split(' ');
        int id = int.Parse(words[0], CultureInfo.InvariantCulture);
        ulong address = ulong.Parse(words[1], CultureInfo.InvariantCulture);
        try
        {
            using var files = new OpenFiles(new DescriptorQuota(1024), Console.Error.WriteLine);
            var memories = new RemoteMemories(files.Contains);
            var processes = new ProcessTable(files, memories, _ => { });
            if (!processes.TryAdopt(id, out ClientProcess process) || process.Memory(id, processes) is not { } memory)
            {
                session.Skip("", "DMA to another process", "its memory cannot be opened (ptrace scope?)");
                return;
            }

            Measure(session, memory, id, address);
            processes.Ended(process);
            memories.Clear();
        }
        finally
        {
            holder.StandardInput.Close();
            holder.WaitForExit();
        }
    }

    private static void Measure(Session session, RemoteMemory memory, int id, ulong address)
    {
        DmaPort port = Open(memory, address);
        foreach ((int size, int range) in new[] { (64, 64), (4096, 4096), (64 << 10, 64 << 10), (2 << 20, 2 << 20), (2 << 20, Buffer) })
        {
            byte[] local = GC.AllocateArray<byte>(size, pinned: true);
            int count = Math.Max(Math.Max(range / size, (1 << 20) / size), 4);
            foreach (bool write in new[] { false, true })
            {
                double[] best = session.BestOfEach(count, () =>
                {
                    fixed (byte* here = local)
                    {
                        for (int i = 0; i < count; i++)
                            Bare(id, address + At(i), here, size, write);
                    }
                }, () =>
                {
                    for (int i = 0; i < count; i++)
                    {
                        bool done = write ? port.Write(new Iova(At(i)), local) : port.Read(new Iova(At(i)), local);
                        if (!done)
                            throw new InvalidOperationException("aborted");
                    }
                });
                string direction = write ? "write" : "read";
                session.Add(
                    $"{direction}/{size}/{range}", $"DMA {direction} of another process, {size:n0} bytes over {range >> 10:n0} KiB", "ns", best[1],
                    size == 2 << 20 ? Goal.AtLeastSpeed(0.95) : null, new Yardstick("bare process_vm", best[0]));
            }

            ulong At(int i) => (ulong)(i * (long)size % range);
        }
    }

    private static void Bare(int id, ulong address, byte* local, int length, bool write)
    {
        var here = new iovec { iov_base = local, iov_len = (nuint)length };
        var there = new iovec { iov_base = (void*)address, iov_len = (nuint)length };
        nint copied = write
            ? LibC.process_vm_writev(id, &here, 1, &there, 1, 0)
            : LibC.process_vm_readv(id, &here, 1, &there, 1, 0);
        if (copied != length)
            throw new InvalidOperationException("process_vm_readv failed");
    }

    /// <summary>A device that is attached to an address space where the whole buffer is mapped from 0.</summary>
    private static DmaPort Open(RemoteMemory memory, ulong address)
    {
        IommuSystem system = new();
        IommuContext context = new(system);
        Ioas space = context.AllocateSpace();
        context.Publish(space);
        IommuGroup group = new(system, 0, new Iommu("dmar0", IommuType.Vtd) { Aperture = new AddressRange(0, (1ul << 47) - 1) });
        PhysicalDevice device = new("0000:00:10.0", new RequesterId(0, 16, 0), group, []) { BusMaster = true };
        Reason why = default;
        Must(context.Bind(device, out BoundDevice? bound, ref why), why);
        ObjectId id = space.Id;
        Must(bound!.AttachOrReplace(Pasid.None, ref id, ref why), why);
        Must(context.Map(space.Id, memory, new HostAddress(address), Buffer, new Iova(0), AreaAccess.ReadWrite, false, out _, ref why), why);
        return device.OpenPort();
    }

    private static void Must(Errno errno, in Reason why)
    {
        if (errno.Failed)
            throw new InvalidOperationException($"{errno}: {why}");
    }
}
