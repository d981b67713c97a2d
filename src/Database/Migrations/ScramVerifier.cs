using System.Security.Cryptography;
using System.Text;

namespace RlsChat.Database;

/// <summary>Makes what PostgreSQL stores for a password, so that the password itself never travels in a statement.</summary>
public static class ScramVerifier
{
    private const int Iterations = 4096;

    /// <summary>The verifier of RFC 5803 with a salt of its own, as <c>alter role … password</c> takes it.</summary>
    public static string For(string password) => For(password, RandomNumberGenerator.GetBytes(16));

    internal static string For(string password, byte[] salt)
    {
        // Npgsql and libpq send the NFKC form too (SASLprep).
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)),
            salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}"
            + $"${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
