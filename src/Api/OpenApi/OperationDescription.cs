using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RlsChat.Api.OpenApi;

/// <summary>Completes an operation from its handler's parameters, results and metadata.</summary>
internal static class OperationDescription
{
    public static async Task Complete(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var handler = metadata.OfType<MethodInfo>().Single();
        var document = context.Document!;
        var path = context.Description.RelativePath ?? "";
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();

        operation.Tags = new HashSet<OpenApiTagReference> { new(DocumentDescription.TagOf(operation.OperationId!), document) };
        var token = new OpenApiSecurityRequirement
        {
            [new OpenApiSecuritySchemeReference(DocumentDescription.Bearer, document)] = [],
        };
        operation.Security = isOpen ? [[], token] : [token];
        OperationParameters.Complete(operation, handler, metadata, path, context.Description.HttpMethod!);

        if (!document.Components!.Schemas!.ContainsKey("Problem"))
        {
            document.AddComponent("Problem", await context.GetOrCreateSchemaAsync(typeof(Http.ProblemBody), null, stop));
        }

        OperationResponses.Complete(operation, handler, metadata, isOpen, document, context.Description.HttpMethod!);
    }
}
