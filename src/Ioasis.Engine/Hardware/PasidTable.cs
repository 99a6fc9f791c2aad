using Ioasis.Engine.Addresses;
using Ioasis.Engine.Tables;

namespace Ioasis.Engine.Hardware;

/// <summary>
/// The attachments of a group by PASID: two levels of 1,024, as PCI's 20 bits suggest, of which only what is used exists. A
/// million PASIDs take 16 bytes each.
/// </summary>
/// <remarks>Written under the owner's lock, read by DMA without it: an array, once there, stays.</remarks>
internal sealed class PasidTable
{
    private const int LeafBits = Pasid.Bits / 2;
    private const int LeafSize = 1 << LeafBits;

    private readonly Attachment[]?[] _leaves = new Attachment[]?[1 << (Pasid.Bits - LeafBits)];

    /// <summary>PASIDs that are attached.</summary>
    public int Count { get; set; }

    /// <summary>The table of a PASID; null blocks it.</summary>
    public PageTable? Find(Pasid pasid)
    {
        Attachment[]?[] leaves = _leaves;
        uint leaf = pasid.Value >> LeafBits;
        return leaf < (uint)leaves.Length && Volatile.Read(ref leaves[leaf]) is { } found
            ? found[pasid.Value & (LeafSize - 1)].Table
            : null;
    }

    /// <summary>The place of a valid PASID, made when it is not there.</summary>
    public ref Attachment PlaceOf(Pasid pasid)
    {
        ref Attachment[]? leaf = ref _leaves[pasid.Value >> LeafBits];
        if (leaf is null)
            Volatile.Write(ref leaf, new Attachment[LeafSize]);
        return ref leaf![pasid.Value & (LeafSize - 1)];
    }

    /// <summary>The first PASID from one on that is attached.</summary>
    public bool TryFindNext(uint from, out Pasid pasid)
    {
        for (uint value = from; value <= Pasid.Last; value++)
        {
            if (_leaves[value >> LeafBits] is not { } leaf)
            {
                value |= LeafSize - 1;
                continue;
            }

            if (leaf[value & (LeafSize - 1)].Count == 0)
                continue;
            pasid = new Pasid(value);
            return true;
        }

        pasid = default;
        return false;
    }
}
