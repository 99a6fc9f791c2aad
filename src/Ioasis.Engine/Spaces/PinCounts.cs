namespace Ioasis.Engine.Spaces;

/// <summary>
/// How often each page is pinned: the borders between pages that are pinned differently often, in a balanced tree (a treap). Each node knows
/// the sum of the changes below it, and how many pages there are pinned least often. So one more pin of a million pages with a hundred thousand
/// borders between them is two borders changed, and the pages without a pin among them are counted, in O(log borders). A pin of all pages, the
/// most frequent one, is a number beside the tree.
/// </summary>
/// <remarks>Guarded by the context's lock. Page numbers are below 2^52, so one past the last is a number too.</remarks>
internal struct PinCounts(PinNodes nodes, PageRun whole)
{
    private uint _root;
    private int _base; // pins of all pages; below 0 when some that were added in parts have been removed as a whole

    /// <summary>No page is pinned.</summary>
    public readonly bool IsEmpty => Unpinned(whole) == whole.Count;

    /// <summary>Gives what the tree still needs back, when no page is pinned.</summary>
    public void Clear()
    {
        int left = _base;
        _base = 0;
        if (left != 0)
            AddToTree(whole, left);
    }

    /// <summary>Adds pins to each page of a run, or takes them away when <paramref name="by"/> is negative.</summary>
    public void Add(PageRun pages, int by)
    {
        if (pages == whole)
            _base += by;
        else
            AddToTree(pages, by);
    }

    private void AddToTree(PageRun pages, int by)
    {
        nodes.Ensure(3); // one more than is taken: an emptied pool is made anew only when nothing is in use
        Change(ref _root, pages.First, by);
        Change(ref _root, pages.Last + 1, -by);
    }

    /// <summary>Pages of a run that have no pin.</summary>
    public readonly ulong Unpinned(PageRun pages)
    {
        Scan scan = new(pages, default, wantsPinned: false) { Pins = _base };
        Visit(_root, ref scan);
        scan.Finish();
        return scan.Pages;
    }

    /// <summary>Finds the lowest runs of pages without a pin.</summary>
    /// <returns>How many were found; there may be more when that is all that there is room for.</returns>
    public readonly int FindUnpinned(PageRun pages, Span<PageRun> runs)
    {
        Scan scan = new(pages, runs, wantsPinned: false) { Pins = _base };
        Visit(_root, ref scan);
        scan.Finish();
        return scan.Found;
    }

    /// <summary>As <see cref="FindUnpinned"/>, for pages that have one.</summary>
    public readonly int FindPinned(PageRun pages, Span<PageRun> runs)
    {
        Scan scan = new(pages, runs, wantsPinned: true) { Pins = _base };
        Visit(_root, ref scan);
        scan.Finish();
        return scan.Found;
    }

    private readonly void Change(ref uint link, ulong page, int by)
    {
        nodes.Visits++;
        if (link == 0)
        {
            link = nodes.Take(page, by);
            return;
        }

        ref PinNode node = ref nodes[link];
        if (page == node.Page)
        {
            node.Change += by;
            if (node.Change == 0)
            {
                uint gone = link;
                link = Merge(node.Left, node.Right);
                nodes.Return(gone);
                return;
            }
        }
        else if (page < node.Page)
        {
            Change(ref node.Left, page, by);
            if (node.Left != 0 && nodes[node.Left].Priority > node.Priority)
            {
                uint up = node.Left;
                ref PinNode upper = ref nodes[up];
                node.Left = upper.Right;
                Summarise(ref node);
                upper.Right = link;
                link = up;
                Summarise(ref upper);
                return;
            }
        }
        else
        {
            Change(ref node.Right, page, by);
            if (node.Right != 0 && nodes[node.Right].Priority > node.Priority)
            {
                uint up = node.Right;
                ref PinNode upper = ref nodes[up];
                node.Right = upper.Left;
                Summarise(ref node);
                upper.Left = link;
                link = up;
                Summarise(ref upper);
                return;
            }
        }

        Summarise(ref node);
    }

    /// <summary>One tree of two, all of whose borders lie below, and above, each other.</summary>
    private readonly uint Merge(uint left, uint right)
    {
        nodes.Visits++;
        if (left == 0 || right == 0)
            return left + right;
        ref PinNode lower = ref nodes[left], upper = ref nodes[right];
        if (lower.Priority > upper.Priority)
        {
            lower.Right = Merge(lower.Right, right);
            Summarise(ref lower);
            return left;
        }

        upper.Left = Merge(left, upper.Left);
        Summarise(ref upper);
        return right;
    }

    private readonly void Summarise(ref PinNode node)
    {
        node.First = node.Last = node.Page;
        node.Least = int.MaxValue;
        node.LeastPages = 0;
        node.Sum = 0;
        if (node.Left != 0)
        {
            ref PinNode left = ref nodes[node.Left];
            node.First = left.First;
            node.Sum = left.Sum;
            node.Least = left.Least;
            node.LeastPages = left.LeastPages;
            Include(ref node, left.Sum, node.Page - left.Last);
        }

        node.Sum += node.Change;
        if (node.Right == 0)
            return;
        ref PinNode right = ref nodes[node.Right];
        Include(ref node, node.Sum, right.First - node.Page);
        if (right.Least != int.MaxValue)
            Include(ref node, node.Sum + right.Least, right.LeastPages);
        node.Sum += right.Sum;
        node.Last = right.Last;
    }

    private static void Include(ref PinNode node, int pins, ulong pages)
    {
        if (pins < node.Least)
            (node.Least, node.LeastPages) = (pins, pages);
        else if (pins == node.Least)
            node.LeastPages += pages;
    }

    private readonly void Visit(uint at, ref Scan scan)
    {
        if (at == 0 || scan.IsFull)
            return;
        nodes.Visits++;
        ref PinNode node = ref nodes[at];
        if (node.First >= scan.End)
            return;
        if (node.Last <= scan.At)
        {
            scan.Pins += node.Sum;
            return;
        }

        if (node.First >= scan.At && node.Last <= scan.End && scan.TrySkip(in node))
            return;
        Visit(node.Left, ref scan);
        if (node.Page < scan.End)
            scan.Cross(node.Page, node.Change);
        Visit(node.Right, ref scan);
    }

    /// <summary>A way through the pages of a run, from the lowest up.</summary>
    private ref struct Scan(PageRun pages, Span<PageRun> runs, bool wantsPinned)
    {
        private readonly Span<PageRun> _runs = runs;

        /// <summary>The page that comes next.</summary>
        public ulong At = pages.First;

        /// <summary>One past the last page.</summary>
        public readonly ulong End = pages.Last + 1;

        /// <summary>Pins of the page that comes next.</summary>
        public int Pins;

        /// <summary>Runs found, where there is room for any.</summary>
        public int Found;

        /// <summary>Pages that have no pin.</summary>
        public ulong Pages;

        /// <summary>There is no room for more runs.</summary>
        public readonly bool IsFull => _runs.Length != 0 && Found == _runs.Length && _runs[^1].Last + 1 < At;

        /// <summary>Goes past a border, or only notes it when it lies before the run.</summary>
        public void Cross(ulong page, int change)
        {
            if (page > At)
                Pass(page);
            Pins += change;
        }

        public void Finish()
        {
            if (At < End)
                Pass(End);
        }

        /// <summary>Goes past all borders of a subtree, if what lies between them is known without looking.</summary>
        public bool TrySkip(in PinNode node)
        {
            int here = Pins; // of the pages before its first border
            bool allPinned = node.Least == int.MaxValue || here + node.Least > 0;
            if (_runs.Length != 0 && (wantsPinned || !allPinned))
                return false;
            Pass(node.First);
            if (!allPinned)
                Pages += node.LeastPages;
            Pins = here + node.Sum;
            At = node.Last;
            return true;
        }

        private void Pass(ulong to)
        {
            if (to == At)
                return;
            if (Pins == 0)
                Pages += to - At;
            if (Pins != 0 == wantsPinned && _runs.Length != 0)
            {
                if (Found != 0 && _runs[Found - 1].Last + 1 == At)
                    _runs[Found - 1] = _runs[Found - 1] with { Last = to - 1 };
                else if (Found < _runs.Length)
                    _runs[Found++] = new PageRun(At, to - 1);
            }

            At = to;
        }
    }
}
