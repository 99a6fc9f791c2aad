using System.Numerics;

namespace Ioasis.Engine.Objects;

/// <summary>
/// Numbers in use, from 0, with the lowest free one found in a few steps however many there are: a tree of bitmaps, 64 wide,
/// in which a set bit above means "all 64 below are in use". 1,048,576 numbers take 130 KiB and 4 steps.
/// </summary>
internal sealed class LowestFreeSet
{
    private const int MaxLevels = 6; // 64^6 numbers: more than 2^31

    private readonly List<ulong[]> _levels = [new ulong[1]];

    /// <summary>Takes the lowest free number.</summary>
    public int Take()
    {
        int top = _levels.Count - 1;
        if (_levels[top][0] == ulong.MaxValue)
        {
            Grow();
            top++;
        }

        int number = 0;
        for (int level = top; level >= 0; level--)
            number = number << 6 | BitOperations.TrailingZeroCount(~WordAt(level, number));

        Mark(number);
        return number;
    }

    /// <summary>Gives a number back.</summary>
    public void Release(int number)
    {
        foreach (ulong[] words in _levels)
        {
            bool wasFull = words[number >> 6] == ulong.MaxValue;
            words[number >> 6] &= ~(1ul << (number & 63));
            if (!wasFull)
                return;
            number >>= 6;
        }
    }

    private void Mark(int number)
    {
        for (int level = 0; level < _levels.Count; level++)
        {
            EnsureWord(level, number >> 6);
            ref ulong word = ref _levels[level][number >> 6];
            word |= 1ul << (number & 63);
            if (word != ulong.MaxValue)
                return;
            number >>= 6;
        }
    }

    /// <summary>One more level on top: its first bit stands for everything so far, which is full.</summary>
    private void Grow()
    {
        if (_levels.Count == MaxLevels)
            throw new InvalidOperationException("2^36 numbers are in use");
        _levels.Add([1]);
    }

    private ulong WordAt(int level, int index) => index < _levels[level].Length ? _levels[level][index] : 0;

    private void EnsureWord(int level, int index)
    {
        if (index < _levels[level].Length)
            return;
        ulong[] words = _levels[level];
        Array.Resize(ref words, Math.Max(index + 1, words.Length * 2));
        _levels[level] = words;
    }
}
