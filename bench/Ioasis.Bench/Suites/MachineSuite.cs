using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ioasis.Bench.Engine;
using Ioasis.Bench.Limits;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Suites;

/// <summary>What this machine can do at best: no goals, but what bounds them.</summary>
internal static unsafe partial class MachineSuite
{
    private const int Batch = 1 << 12;

    private const int KiB = 1 << 10, MiB = 1 << 20;

    public static IEnumerable<Trial> Trials()
    {
        foreach (int bytes in new[] { 32 * KiB, 512 * KiB, 4 * MiB, 16 * MiB, 256 * MiB })
        {
            yield return new Trial($"machine/load/{bytes}", session =>
                session.Add("", $"dependent load within {Sizes.Text(bytes)}", "ns", Loads.Dependent(session, bytes))) { IsLong = bytes > 16 * MiB };
        }

        foreach (int bytes in new[] { 16 * MiB, 256 * MiB })
        {
            yield return new Trial($"machine/loads/{bytes}", session =>
                session.Add("", $"independent load within {Sizes.Text(bytes)}", "ns", Loads.Independent(session, bytes))) { IsLong = bytes > 16 * MiB };
        }

        yield return new Trial("machine/calls", Calls);
        foreach ((int size, int range) in new[] { (4 * KiB, 4 * KiB), (4 * KiB, 16 * MiB), (2 * MiB, 2 * MiB), (2 * MiB, 64 * MiB) })
            yield return new Trial($"machine/copy/{size}/{range}", session => Copy(session, size, range));
        yield return new Trial("machine/store/hot", session => Store(session, 16 * KiB, "hot"));
        yield return new Trial("machine/store/cold", session => Store(session, 64 * MiB, "over 64 MiB"));
    }

    private static void Calls(Session session)
    {
        long word = 0;
        double[] best = session.BestOfEach(Batch, () =>
        {
            for (int i = 0; i < Batch; i++)
                Interlocked.Increment(ref word);
        }, () =>
        {
            for (int i = 0; i < Batch; i++)
                word = Clock.Now;
        }, () =>
        {
            for (int i = 0; i < Batch; i++)
                word = GetParent();
        });
        session.Add("add", "locked add", "ns", best[0]);
        session.Add("clock", "reading the clock", "ns", best[1]);
        session.Add("system", "system call (getppid)", "ns", best[2]);
    }

    private static void Copy(Session session, int size, int range)
    {
        using BenchMemory memory = new((ulong)range), local = new((ulong)size);
        int count = Math.Max(range / size, 1);
        double best = session.Best(count, () =>
        {
            for (int i = 0; i < count; i++)
                memory.Bytes((ulong)i * (ulong)size, size).CopyTo(local.Bytes(0, size));
        });
        session.Add("", $"memcpy of {Sizes.Text(size)}{(range > size ? $" over {Sizes.Text(range)}" : ", hot")}", "ns", best);
    }

    private static void Store(Session session, int bytes, string where)
    {
        using BenchMemory memory = new((ulong)bytes);
        int words = bytes / sizeof(ulong);
        double[] best = session.BestOfEach(words, () => StoreWords(memory.Bytes(0, bytes)), () => StoreVectors(memory.Bytes(0, bytes)));
        session.Add("word", $"8-byte store in sequence, {where}", "ns", best[0]);
        session.Add("vector", $"the same in vectors, for 8 bytes, {where}", "ns", best[1]);
    }

    private static void StoreWords(Span<byte> bytes)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
            words[i] = (ulong)i;
    }

    private static void StoreVectors(Span<byte> bytes)
    {
        Span<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = Vector256.Create((ulong)i);
    }

    /// <summary>Asks the kernel each time; the C library remembers nothing. Without the runtime's own steps around a call that may take long.</summary>
    [LibraryImport("libc", EntryPoint = "getppid")]
    [SuppressGCTransition]
    private static partial int GetParent();
}
