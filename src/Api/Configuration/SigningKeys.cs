using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;

namespace RlsChat.Api.Configuration;

/// <summary>
/// The keys of our own tokens, each with its id: the first signs, all verify, so a key is replaced
/// by putting the new one in front and taking the old one away 15 minutes later.
/// </summary>
internal sealed partial class SigningKeys
{
    private const int MinBytes = 32;
    private readonly Dictionary<string, SymmetricSecurityKey> _byId = [];

    private SigningKeys(IReadOnlyList<SymmetricSecurityKey> keys)
    {
        foreach (var key in keys)
        {
            _byId.Add(key.KeyId, key);
        }

        Credentials = new SigningCredentials(keys[0], SecurityAlgorithms.HmacSha256);
    }

    /// <summary>The signing key.</summary>
    public SigningCredentials Credentials { get; }

    /// <summary>The key of that id alone; none for an id that we don't know.</summary>
    public IEnumerable<SecurityKey> Find(string? id) =>
        id is not null && _byId.TryGetValue(id, out var key) ? [key] : [];

    /// <summary>Reads <c>kid:base64,kid:base64</c>.</summary>
    /// <exception cref="FormatException">Says what is wrong, without any part of a key.</exception>
    public static SigningKeys Parse(string text)
    {
        var keys = new List<SymmetricSecurityKey>();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var colon = entry.IndexOf(':');
            if (colon < 0 || !KeyId().IsMatch(entry[..colon]))
            {
                throw new FormatException(
                    "must be kid:base64, comma-separated; a kid is 1 to 64 letters, digits, '.', '_' or '-'");
            }

            var id = entry[..colon];
            var bytes = new byte[entry.Length];
            if (!Convert.TryFromBase64String(entry[(colon + 1)..], bytes, out var length) || length < MinBytes)
            {
                throw new FormatException($"key '{id}' must be base64 of at least {MinBytes} bytes");
            }

            if (keys.Exists(key => key.KeyId == id))
            {
                throw new FormatException($"key '{id}' stands there twice");
            }

            keys.Add(new SymmetricSecurityKey(bytes[..length]) { KeyId = id });
        }

        return new SigningKeys(keys);
    }

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex KeyId();
}
