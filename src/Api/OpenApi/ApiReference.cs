using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace RlsChat.Api.OpenApi;

/// <summary>The description of the API: for programs at /openapi/v1.json, for people at /docs. Neither queries the database.</summary>
internal static class ApiReference
{
    private const string Name = "v1";

    public static void AddApiReference(this IServiceCollection services)
    {
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = described => described.HttpMethod != HttpMethods.Head;
            options.CreateSchemaReferenceId = SchemaNames.Of;
            options.AddSchemaTransformer(SchemaDescription.Complete);
            options.AddOperationTransformer(OperationDescription.Complete);
            options.AddDocumentTransformer(DocumentDescription.Complete);
        });
        services.AddSingleton<Written>();
    }

    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/openapi/{Name}.json", async (Written document) => TypedResults.Bytes(
                await document.Json, "application/json; charset=utf-8"))
            .WithName("openapi").ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", (scalar, context) => scalar
                .WithTitle("RlsChat API")
                .WithOpenApiRoutePattern($"/openapi/{Name}.json")
                .WithDynamicBaseServerUrl()
                // The page loads nothing from other hosts and sends nothing to them.
                .DisableDefaultFonts()
                .DisableTelemetry()
                .DisableAgent()
                .DisableMcp()
                .HideDeveloperTools()
                .HideClientButton()
                .WithNonce(OwnScriptsOnly(context)))
            .ExcludeFromDescription();
    }

    /// <summary>Allows scripts of this host and the one inline script, by a nonce.</summary>
    private static string OwnScriptsOnly(HttpContext context)
    {
        var nonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";
        return nonce;
    }

    /// <summary>The serialized document: the same for everybody, so it is written once.</summary>
    internal sealed class Written([FromKeyedServices(Name)] IOpenApiDocumentProvider provider)
    {
        private readonly Lazy<Task<byte[]>> _json = new(() => Write(provider));

        public Task<byte[]> Json => _json.Value;

        private static async Task<byte[]> Write(IOpenApiDocumentProvider provider)
        {
            var document = await provider.GetOpenApiDocumentAsync();
            using var stream = new MemoryStream();
            await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1);
            return stream.ToArray();
        }
    }
}
