using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using RlsChat.Api.Text;

namespace RlsChat.Api.Auth;

/// <summary>
/// Prepares passwords by RFC 8265 (OpaqueString), hashes them and compares them, in the format of ASP.NET Core
/// Identity.
/// </summary>
internal sealed class Passwords
{
    /// <summary>Shortest and longest password, in characters, once it is prepared.</summary>
    public const int MinLength = 8, MaxLength = 128;

    // Of the longest, each character may be typed as four, of two UTF-16 units each.
    private const int MaxTyped = MaxLength * 4 * 2;

    private static readonly object Anyone = new();
    private readonly IPasswordHasher<object> _hasher;
    private readonly string _unmatchable;

    public Passwords(IOptions<PasswordHasherOptions> options) : this(new PasswordHasher<object>(options)) { }

    internal Passwords(IPasswordHasher<object> hasher)
    {
        _hasher = hasher;
        _unmatchable = Hash(Secret.New());
    }

    /// <summary>The normal form of a password: every space is U+0020, in form C. Case counts.</summary>
    public static string Prepare(string password) => Nfc.Of(string.Concat(password.EnumerateRunes().Select(
        rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? " " : rune.ToString())));

    /// <summary>Whether a password may be set: its length fits, and every keyboard can type its characters.</summary>
    public static bool IsNew(string password) =>
        password.Length <= MaxTyped && Prepare(password).EnumerateRunes().ToList() is { Count: >= MinLength and <= MaxLength } runes
        && runes.TrueForAll(rune => (!Blank.IsInvisible(rune) || Blank.IsJoiner(rune)) && Rune.GetUnicodeCategory(rune) is not
            (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse));

    /// <summary>Whether a text can be a known password, prepared or, from before passwords were, as it is.</summary>
    public static bool Fits(string password) => password.Length <= MaxTyped
        && (password.EnumerateRunes().Count() <= MaxLength || Prepare(password).EnumerateRunes().Count() <= MaxLength);

    public string Hash(string password) => _hasher.HashPassword(Anyone, Prepare(password));

    /// <summary>
    /// Compares; first as prepared, then, where that is another text, as it was typed: so were the hashes made that
    /// are older than the preparation, and are to be made again. Without a hash (nobody has that address) it
    /// compares with one that matches nothing, as often, so that the response takes as long and does not tell whether the
    /// address is known. A bcrypt hash, of a database that was moved here, is to be made again; until then its time differs.
    /// </summary>
    public PasswordVerificationResult Verify(string? hash, string password)
    {
        if (hash?.StartsWith("$2", StringComparison.Ordinal) == true)
        {
            return BCrypt.Net.BCrypt.Verify(password, hash) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
        }

        var prepared = Prepare(password);
        var result = _hasher.VerifyHashedPassword(Anyone, hash ?? _unmatchable, prepared);
        if (result == PasswordVerificationResult.Failed && prepared != password
            && _hasher.VerifyHashedPassword(Anyone, hash ?? _unmatchable, password) != PasswordVerificationResult.Failed)
        {
            result = PasswordVerificationResult.SuccessRehashNeeded;
        }

        return hash is null ? PasswordVerificationResult.Failed : result;
    }
}
