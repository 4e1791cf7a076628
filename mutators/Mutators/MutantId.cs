using System.Security.Cryptography;
using System.Text;

namespace Mutators;

/// <summary>
/// The name of a mutant, the same in console, branches, reports and options: operator and hash, for example <c>MFC-7f3a9c1b20</c>.
/// It survives edits elsewhere: hashed from operator, path, documentation id of the containing member, the site's golden tokens and
/// the ordinal among equal ones in that member; never from line numbers, never from layout.
/// </summary>
public readonly struct MutantId : IEquatable<MutantId>, IComparable<MutantId>
{
    /// <summary>
    /// Hex digits of the hash. Ten, not git's customary seven: with 15,000 sites of one operator, seven would give a clash in every
    /// third repository, ten give one in ten thousand.
    /// </summary>
    public const int HashLength = 10;

    private MutantId(string faultOperator, string hash)
    {
        Operator = faultOperator;
        Hash = hash;
    }

    /// <summary>The id of the operator.</summary>
    public string Operator { get; }

    /// <summary>The hash, <see cref="HashLength"/> lower-case hex digits.</summary>
    public string Hash { get; }

    /// <summary>Names the mutant of a site.</summary>
    /// <param name="faultOperator">The operator's id.</param>
    /// <param name="path">The file's path in the repository, with forward slashes.</param>
    /// <param name="member">The documentation id of the containing member.</param>
    /// <param name="goldenText">The site's tokens, joined by single blanks.</param>
    /// <param name="ordinal">Counts the sites of this operator in this member that have the same golden text, from 0.</param>
    public static MutantId Of(string faultOperator, string path, string member, string goldenText, int ordinal)
    {
        var identity = string.Join("\n", faultOperator, path, member, goldenText, ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var sha = SHA256.Create();
        var hash = sha.ComputeHash(Encoding.UTF8.GetBytes(identity));
        var digits = new StringBuilder(HashLength);
        for (var i = 0; i < HashLength / 2; i++)
        {
            digits.Append(hash[i].ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return new MutantId(faultOperator, digits.ToString());
    }

    /// <summary>Reads an id as <see cref="ToString"/> writes it; false if the text has another form.</summary>
    public static bool TryParse(string text, out MutantId id)
    {
        var dash = text.LastIndexOf('-');
        var hash = dash < 0 ? "" : text.Substring(dash + 1);
        var isId = dash > 0 && hash.Length == HashLength && hash.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
        id = isId ? new MutantId(text.Substring(0, dash), hash) : default;
        return isId;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Operator}-{Hash}";

    /// <inheritdoc/>
    public bool Equals(MutantId other) => Operator == other.Operator && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MutantId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(MutantId other) => string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>Same operator and same hash.</summary>
    public static bool operator ==(MutantId left, MutantId right) => left.Equals(right);

    /// <summary>Another operator or another hash.</summary>
    public static bool operator !=(MutantId left, MutantId right) => !left.Equals(right);

    /// <summary>Order by operator, then hash.</summary>
    public static bool operator <(MutantId left, MutantId right) => left.CompareTo(right) < 0;

    /// <summary>Order by operator, then hash.</summary>
    public static bool operator >(MutantId left, MutantId right) => left.CompareTo(right) > 0;

    /// <summary>Order by operator, then hash.</summary>
    public static bool operator <=(MutantId left, MutantId right) => left.CompareTo(right) <= 0;

    /// <summary>Order by operator, then hash.</summary>
    public static bool operator >=(MutantId left, MutantId right) => left.CompareTo(right) >= 0;
}
