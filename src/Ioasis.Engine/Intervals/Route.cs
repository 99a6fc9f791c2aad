using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ioasis.Engine.Intervals;

/// <summary>The branches from the root down to a leaf, each with the child that was taken. Writer only; lives on the stack.</summary>
internal unsafe struct Route
{
    /// <summary>Number of branches: 0 when the root is a leaf.</summary>
    public int Depth;

    private Steps _steps;

    /// <summary>The step at <paramref name="level"/>: 0 is the root, <see cref="Depth"/> - 1 the branch above the leaf.</summary>
    [UnscopedRef]
    public ref Step this[int level] => ref _steps[level];

    [UnscopedRef]
    public ref Step Bottom => ref _steps[Depth - 1];

    public void Add(Branch* branch, int index)
    {
        ref Step step = ref _steps[Depth++];
        step.Branch = branch;
        step.Index = index;
    }

    /// <summary>The root has got a new branch above it, whose only child it is.</summary>
    public void AddAbove(Branch* root)
    {
        Span<Step> steps = _steps;
        steps[..Depth].CopyTo(steps[1..]);
        steps[0] = new Step { Branch = root };
        Depth++;
    }

    /// <summary>The level where the hole to the left of the leaf is known: the lowest where the route did not take the first child; -1 when the leaf is the map's first.</summary>
    public readonly int LevelOfLeftHole()
    {
        int level = Depth - 1;
        while (level >= 0 && _steps[level].Index == 0)
            level--;
        return level;
    }

    /// <summary>The same for the hole to the right; -1 when the leaf is the map's last.</summary>
    public readonly int LevelOfRightHole()
    {
        int level = Depth - 1;
        while (level >= 0 && _steps[level].Index == _steps[level].Branch->Count - 1)
            level--;
        return level;
    }

    /// <summary>One branch of the route and the index of the child taken.</summary>
    public struct Step
    {
        public Branch* Branch;
        public int Index;
    }

    [InlineArray(Shape.MaxHeight)]
    private struct Steps
    {
        private Step _first;
    }
}
