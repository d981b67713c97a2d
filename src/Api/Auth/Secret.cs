using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Api.Auth;

/// <summary>
/// A random secret of 256 bits as base64url text (43 characters): a refresh token, or the secret of
/// a session. Only digests are stored.
/// </summary>
internal static class Secret
{
    /// <summary>How long the text of a secret is.</summary>
    public const int Length = 43;

    /// <summary>What <see cref="IsWellFormed"/> accepts: of the last character, only four bits belong to the 256.</summary>
    public const string Pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$";

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The SHA-256 of the secret's text, which is what the database compares.</summary>
    public static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether the text can be a secret at all.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: Length } && Base64Url.IsValid(text);
}
