using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Reads tokens and makes false ones, by hand: no library that might refuse to.</summary>
internal static class Claims
{
    public static JsonObject Header(string token) => Part(token, 0);

    public static JsonObject Payload(string token) => Part(token, 1);

    public static string SessionOf(string token) => Payload(token)["ses"]!.GetValue<string>();

    /// <summary>A token of this header and payload, signed with HMAC by the key of the tests or another.</summary>
    public static string Sign(JsonObject header, JsonObject payload, byte[]? key = null)
    {
        var text = $"{Encode(header)}.{Encode(payload)}";
        return $"{text}.{Base64Url.EncodeToString(Mac(header, key ?? Key)(Encoding.ASCII.GetBytes(text)))}";
    }

    public static byte[] Key => Convert.FromBase64String(ApiFixture.SigningKey.Split(':')[1]);

    private static Func<byte[], byte[]> Mac(JsonObject header, byte[] key) => header["alg"]!.GetValue<string>() switch
    {
        "HS384" => bytes => HMACSHA384.HashData(key, bytes),
        "HS512" => bytes => HMACSHA512.HashData(key, bytes),
        "none" => _ => [],
        _ => bytes => HMACSHA256.HashData(key, bytes),
    };

    private static JsonObject Part(string token, int index) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[index]))!.AsObject();

    public static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
