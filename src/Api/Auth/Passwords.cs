using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RlsChat.Api.Auth;

/// <summary>Hashes passwords and compares them, in the format of ASP.NET Core Identity.</summary>
internal sealed class Passwords
{
    /// <summary>Shortest and longest password, in characters.</summary>
    public const int MinLength = 8, MaxLength = 128;

    private static readonly object Anyone = new();
    private readonly PasswordHasher<object> _hasher;
    private readonly string _nobodys;

    public Passwords(IOptions<PasswordHasherOptions> options)
    {
        _hasher = new PasswordHasher<object>(options);
        _nobodys = Hash(Secret.New());
    }

    public string Hash(string password) => _hasher.HashPassword(Anyone, password);

    /// <summary>
    /// Compares. Without a hash (nobody has that address) it compares with one that matches nothing,
    /// so that the answer takes as long and says nothing about who is known.
    /// </summary>
    public PasswordVerificationResult Verify(string? hash, string password)
    {
        var result = _hasher.VerifyHashedPassword(Anyone, hash ?? _nobodys, password);
        return hash is null ? PasswordVerificationResult.Failed : result;
    }
}
