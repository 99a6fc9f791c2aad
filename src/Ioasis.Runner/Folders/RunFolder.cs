using System.Security.Cryptography;
using Ioasis.Runner.Native;

namespace Ioasis.Runner.Folders;

/// <summary>
/// A directory of one run alone, with mode 0700 and a name that nobody can foresee, removed at its end. It lies in the user's own folder
/// (<c>$XDG_RUNTIME_DIR/ioasis</c>) where there is one: there, what runners that were killed have left is removed by the next. Where
/// there is none it lies in the temporary folder that all users share, and nothing of what others call by such names is ever touched.
/// </summary>
/// <remarks>Source: the XDG Base Directory Specification: the folder must be owned by the user, with mode 0700.</remarks>
internal sealed class RunFolder : IDisposable
{
    private const string Prefix = "run-", SharedPrefix = "ioasis-";
    private const int Attempts = 16;

    private readonly HeldFolder _parent;
    private readonly byte[] _name;

    private RunFolder(HeldFolder parent, byte[] name, HeldFolder folder)
    {
        _parent = parent;
        _name = name;
        Folder = folder;
    }

    /// <summary>The directory.</summary>
    public HeldFolder Folder { get; }

    /// <summary>Makes one, where the environment says.</summary>
    /// <exception cref="IOException">There is no place for it; the message is one line that says where it was tried.</exception>
    public static RunFolder Make() => Make(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR"), Path.GetTempPath());

    /// <summary>As the other.</summary>
    /// <param name="session">The user's folder of this session, if it turns out to be that; null or empty for none.</param>
    /// <param name="shared">The folder for temporary files.</param>
    public static RunFolder Make(string? session, string shared)
    {
        if (OfUser(session) is { } own)
        {
            // Held while a directory is made and locked: whoever removes abandoned ones meets none that is not locked yet.
            using HeldFolder? alone = own.Open([(byte)'.', 0], out _);
            if (alone is not null && alone.TryLock(wait: true))
            {
                RemoveAbandoned(own);
                if (TryMake(own, Prefix, out _) is { } made)
                    return made;
            }

            own.Dispose();
        }

        HeldFolder? parent = HeldFolder.Open(shared + "/.", out int error); // it may be reached by a link
        if (parent is not null && TryMake(parent, SharedPrefix, out error) is { } temporary)
            return temporary;
        parent?.Dispose();
        throw new IOException(
            $"no directory can be made in {shared}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}; set TMPDIR or XDG_RUNTIME_DIR");
    }

    /// <summary>Removes it with all that is in it.</summary>
    public void Dispose()
    {
        Folder.Empty();
        _parent.Remove(_name, Folder);
        Folder.Dispose();
        _parent.Dispose();
    }

    /// <summary>The user's own folder for us, if the session has one; null otherwise.</summary>
    private static HeldFolder? OfUser(string? path)
    {
        if (string.IsNullOrEmpty(path) || path[0] != '/')
            return null;
        using HeldFolder? session = HeldFolder.Open(path, out _);
        if (session is not { IsOwn: true })
            return null; // another user's, or open to others: as after su(1), which keeps the variable
        byte[] name = HeldFolder.Text("ioasis");
        if (session.Make(name) is not (0 or Linux.EEXIST))
            return null;
        HeldFolder? own = session.Open(name, out _);
        if (own is { IsOwn: true })
            return own;
        own?.Dispose();
        return null;
    }

    private static RunFolder? TryMake(HeldFolder parent, string prefix, out int error)
    {
        error = 0;
        for (int i = 0; i < Attempts; i++)
        {
            byte[] name = HeldFolder.Text(prefix + RandomNumberGenerator.GetHexString(16, lowercase: true));
            error = parent.Make(name);
            if (error == Linux.EEXIST)
                continue;
            if (error != 0 || parent.Open(name, out error) is not { } folder)
                return null;
            if (folder.IsOwn && folder.TryLock(wait: false))
                return new RunFolder(parent, name, folder);
            folder.Dispose();
            error = Linux.EPERM; // somebody put another in its place
            return null;
        }

        return null;
    }

    /// <summary>Removes the directories of runners that were killed: nobody holds their lock any more.</summary>
    private static void RemoveAbandoned(HeldFolder own)
    {
        foreach (byte[] name in own.Names())
        {
            if (!name.AsSpan().StartsWith("run-"u8))
                continue;
            using HeldFolder? one = own.Open(name, out _);
            if (one is not { IsOwn: true } || !one.TryLock(wait: false))
                continue;
            one.Empty();
            own.Remove(name, one);
        }
    }
}
