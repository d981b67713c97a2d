using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace RlsChat.Api.Auth;

/// <summary>
/// Validates a token once: what was found valid is kept, by the token's SHA-256, until the token expires. It
/// keeps no right alive: the session of a token is looked up by the database in each statement.
/// </summary>
internal sealed class TokenCache(TimeProvider time) : JsonWebTokenHandler, IDisposable
{
    /// <summary>The most tokens that are kept; when it is full, the next ones are validated each time until it has made room.</summary>
    private const int MaxTokens = 10_000;

    private readonly MemoryCache _valid = new(new MemoryCacheOptions { SizeLimit = MaxTokens });

    /// <inheritdoc/>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_valid.TryGetValue(digest, out TokenValidationResult? known) && known!.SecurityToken.ValidTo > time.GetUtcNow().UtcDateTime)
        {
            return known;
        }

        var result = await base.ValidateTokenAsync(token, validationParameters);
        var left = result.IsValid ? result.SecurityToken.ValidTo - time.GetUtcNow().UtcDateTime : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
        {
            _valid.Set(digest, result, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left });
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _valid.Dispose();
}
