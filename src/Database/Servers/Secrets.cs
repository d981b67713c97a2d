using System.Security.Cryptography;
using System.Text.Json;

namespace RlsChat.Database;

/// <summary>What the embedded server generates once and keeps, readable by its owner alone.</summary>
/// <param name="Superuser">The password of <c>postgres</c>, which makes the cluster and nothing else.</param>
/// <param name="Installer">The password of <c>rlschat_installer</c>, the owner's login.</param>
/// <param name="Api">The password of <c>rlschat_api</c>.</param>
/// <param name="Auth">The password of <c>rlschat_auth</c>.</param>
/// <param name="Live">The password of <c>rlschat_live</c>.</param>
/// <param name="Explain">The password of <c>rlschat_explain</c>.</param>
/// <param name="SigningKeys">A value for <c>JWT_SIGNING_KEYS</c>: <c>kid:base64key</c>.</param>
public sealed record Secrets(string Superuser, string Installer, string Api, string Auth, string Live, string Explain, string SigningKeys)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    internal static Secrets New() =>
        new(Password(), Password(), Password(), Password(), Password(), Password(),
            $"{DateTime.UtcNow:yyyyMMdd}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");

    /// <summary>Reads the file, or makes it.</summary>
    internal static Secrets Keep(string file)
    {
        if (!File.Exists(file))
        {
            return Write(New(), file);
        }

        // A file from before there was such a login has no password for it.
        var secrets = Read(file);
        return secrets is { Live: null } or { Explain: null }
            ? Write(secrets with { Live = secrets.Live ?? Password(), Explain = secrets.Explain ?? Password() }, file)
            : secrets;
    }

    private static Secrets Write(Secrets secrets, string file)
    {
        var news = $"{file}.new";
        File.Delete(news);
        using (var stream = new FileStream(news, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, secrets, Format);
        }

        File.Move(news, file, overwrite: true);
        return secrets;
    }

    private static Secrets Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Secrets>(File.ReadAllBytes(file))
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new SetupException($"{file} cannot be read: {e.Message}. Remove it together with its folder to start over.", e);
        }
    }

    private static string Password() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
