namespace Ioasis.Conformance.Players;

/// <summary>A system with a bug put in: calls of one number that fail with one errno are said to have succeeded. For tests of the tests.</summary>
/// <param name="inner">The system that does the work.</param>
/// <param name="faulty">The request number.</param>
/// <param name="errno">The errno that is swallowed.</param>
public sealed class FaultyKernel(Kernel inner, uint faulty, int errno) : Kernel
{
    public override bool Owns(int descriptor) => inner.Owns(descriptor);

    public override long? Open(string path) => inner.Open(path);

    public override long Close(int descriptor) => inner.Close(descriptor);

    public override long Dup(int descriptor) => inner.Dup(descriptor);

    public override long Ioctl(int descriptor, uint request, ulong argument)
    {
        inner.Capabilities = Capabilities;
        inner.MemlockLimit = MemlockLimit;
        long result = inner.Ioctl(descriptor, request, argument);
        return request == faulty && result == -errno ? 0 : result;
    }

    public override long Transfer(int descriptor, bool writes, ulong address, ulong length, ulong? offset) =>
        inner.Transfer(descriptor, writes, address, length, offset);

    public override long Poll(int descriptor, short events, int milliseconds) => inner.Poll(descriptor, events, milliseconds);

    public override long Map(ulong address, ulong length, int protection, bool shared, int descriptor, ulong offset) =>
        inner.Map(address, length, protection, shared, descriptor, offset);

    public override void Unmap(ulong address) => inner.Unmap(address);

    public override void EndCase() => inner.EndCase();

    public override void Dispose() => inner.Dispose();
}
