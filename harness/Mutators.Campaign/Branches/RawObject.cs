using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mutators.Campaign.Branches;

/// <summary>Git's object kinds, by their numbers in a pack.</summary>
internal enum ObjectKind
{
    /// <summary>A commit.</summary>
    Commit = 1,

    /// <summary>A folder.</summary>
    Tree = 2,

    /// <summary>A file.</summary>
    Blob = 3,
}

/// <summary>A git object as bytes.</summary>
internal sealed class RawObject
{
    /// <param name="kind">What it is.</param>
    /// <param name="content">Its bytes without git's header.</param>
    /// <param name="base">An object of the same kind that it differs from in one place: golden's file or folder; null if there is none.</param>
    public RawObject(ObjectKind kind, byte[] content, RawObject? @base = null)
    {
        Invariant.Holds(@base is null || (@base.Kind == kind && @base.Base is null));
        Kind = kind;
        Content = content;
        Base = @base;
        var name = kind switch { ObjectKind.Commit => "commit", ObjectKind.Tree => "tree", _ => "blob" };
#pragma warning disable CA5350 // Git's object names are SHA-1; nothing here rests on its strength.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {content.Length}\0")));
        hash.AppendData(content);
        Id = hash.GetHashAndReset();
        Sha = Convert.ToHexStringLower(Id);
    }

    public ObjectKind Kind { get; }

    public byte[] Content { get; }

    public RawObject? Base { get; }

    /// <summary>The object's name in bytes.</summary>
    public byte[] Id { get; }

    /// <summary>The object's name in hex.</summary>
    public string Sha { get; }
}
