namespace RlsChat.Api.Http;

/// <summary>Registers how requests are read and responses written.</summary>
internal static class InputAndOutput
{
    public static void AddInputAndOutput(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Strict(json.SerializerOptions));
        // Thrown, so that ExceptionProblems writes every problem.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails();
    }
}
