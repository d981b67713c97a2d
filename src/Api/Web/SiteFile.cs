using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace RlsChat.Api.Web;

/// <summary>A file of the page.</summary>
/// <param name="type">Its media type.</param>
/// <param name="content">Its content.</param>
internal sealed class SiteFile(string type, byte[] content)
{
    private const string Prefix = "web/";

    private readonly string _digest = Convert.ToHexStringLower(SHA256.HashData(content))[..32];
    private readonly Lazy<byte[]> _brotli = new(() => Compress(content, into => new BrotliStream(into, CompressionLevel.SmallestSize)));
    private readonly Lazy<byte[]> _gzip = new(() => Compress(content, into => new GZipStream(into, CompressionLevel.SmallestSize)));

    /// <summary>All files of the page, by path.</summary>
    public static IReadOnlyDictionary<string, SiteFile> Embedded { get; } = typeof(SiteFile).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(name => name[Prefix.Length..], Read, StringComparer.Ordinal);

    /// <summary>Sends it compressed where the client takes that; 304 if the client has it.</summary>
    public FileContentHttpResult Send(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.Vary = HeaderNames.AcceptEncoding;
        var taken = context.Request.GetTypedHeaders().AcceptEncoding;
        var (bytes, encoding) = Takes("br") ? (_brotli.Value, "br") : Takes("gzip") ? (_gzip.Value, "gzip") : (content, null);
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        return TypedResults.Bytes(bytes, type, entityTag: new EntityTagHeaderValue($"\"{_digest}{encoding}\""));

        bool Takes(string name) => taken.Any(given => given.Value.Equals(name, StringComparison.OrdinalIgnoreCase) && given.Quality is not 0);
    }

    private static SiteFile Read(string name)
    {
        using var stream = typeof(SiteFile).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new SiteFile(Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            var other => throw new InvalidOperationException($"{name}: no media type is known for {other}"),
        }, content);
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> by)
    {
        using var into = new MemoryStream();
        using (var compressing = by(into))
        {
            compressing.Write(content);
        }

        return into.ToArray();
    }
}
