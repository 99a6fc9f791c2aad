using System.Runtime.InteropServices;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Launch;

/// <summary>
/// Everything that posix_spawn(3) wants, laid out in native memory beforehand: once the filter is on, the spawning thread must not
/// run code for the first time.
/// </summary>
internal sealed unsafe class SpawnArguments : IDisposable
{
    private const short POSIX_SPAWN_SETSIGDEF = 4;
    private const short POSIX_SPAWN_SETSIGMASK = 8;

    // Larger than the C libraries' own types: glibc has 336, 80 and 128 bytes.
    private const int Room = 512;

    private void** _blocks; // each begins with the address of the one before
    private readonly bool _hasActions;

    public SpawnArguments(ProgramOptions options, ulong ignoredSignals)
    {
        Path = (byte*)Text(options.Program);
        Arguments = List([options.Program, .. options.Arguments]);
        Environment = options.Environment is null
            ? *(byte***)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ")
            : List(options.Environment);

        Attributes = Block(Room);
        _ = LibC.posix_spawnattr_init(Attributes);
        ulong* signals = (ulong*)Block(Room);
        *signals = ~ignoredSignals;
        _ = LibC.posix_spawnattr_setsigdefault(Attributes, signals);
        *signals = 0;
        _ = LibC.posix_spawnattr_setsigmask(Attributes, signals);
        _ = LibC.posix_spawnattr_setflags(Attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

        int[] standard = [options.StandardInput, options.StandardOutput, options.StandardError];
        _hasActions = Math.Max(standard[0], Math.Max(standard[1], standard[2])) >= 0;
        if (!_hasActions)
            return;
        Actions = Block(Room);
        _ = LibC.posix_spawn_file_actions_init(Actions);
        for (int target = 0; target < standard.Length; target++)
        {
            if (standard[target] >= 0)
                _ = LibC.posix_spawn_file_actions_adddup2(Actions, standard[target], target);
        }
    }

    public byte* Path { get; }
    public byte** Arguments { get; }
    public byte** Environment { get; }
    public void* Attributes { get; }

    /// <summary>posix_spawn_file_actions_t*, or null.</summary>
    public void* Actions { get; }

    public void Dispose()
    {
        _ = LibC.posix_spawnattr_destroy(Attributes);
        if (_hasActions)
            _ = LibC.posix_spawn_file_actions_destroy(Actions);
        while (_blocks is not null)
        {
            void** last = _blocks;
            _blocks = (void**)*last;
            NativeMemory.Free(last);
        }
    }

    private byte** List(IReadOnlyList<string> texts)
    {
        var list = (byte**)Block((texts.Count + 1) * sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
            list[i] = (byte*)Text(texts[i]);
        return list;
    }

    private void* Text(string text)
    {
        int size = System.Text.Encoding.UTF8.GetByteCount(text);
        void* block = Block(size + 1);
        System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(block, size));
        return block;
    }

    private void* Block(int size)
    {
        var block = (void**)NativeMemory.AllocZeroed((nuint)(sizeof(void*) + size));
        *block = _blocks;
        _blocks = block;
        return block + 1;
    }
}
