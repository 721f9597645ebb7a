//! Spanish.

use super::Tongue;
use crate::plan::markdown::heading::Ordinal;
use crate::plan::markdown::phrases::Topic;

/// The words of Spanish.
#[rustfmt::skip]
pub(super) const SPANISH: Tongue = Tongue {
    phrases: &[
        (Topic::Signoff, &["aprobacion*", "firma", "firmas", "visto bueno", "autorizacion*"]),
        (Topic::Contacts, &["contacto*", "escalamiento", "escalado", "guardia"]),
        (Topic::Criteria, &["criterios de reversion*", "criterios de rollback", "criterios de vuelta*", "criterios de retroceso", "cuando revertir", "condiciones de reversion*", "criterios de marcha atras", "criterios de aborto"]),
        (Topic::CriteriaBelowRollback, &["criterio*", "disparador*", "condiciones", "cuando"]),
        (Topic::Alerts, &["umbral*", "umbrales de alerta", "alertas"]),
        (Topic::Success, &["criterios de exito", "criterios de aceptacion", "indicadores de exito"]),
        (Topic::Reference, &["ejemplo*", "apendice", "anexo*", "glosario", "preguntas frecuentes", "solucion de problemas", "buenas practicas", "plantilla*", "desarrollo local", "ver tambien"]),
        (Topic::Commands, &["comandos"]),
        (Topic::Prose, &["resumen", "vision general", "descripcion*", "contexto", "introduccion", "objetivo*", "alcance", "riesgo*", "cronograma", "calendario", "conclusion*", "notas", "supuestos", "impacto*", "responsabilidades", "historial", "indice", "plan de comunicacion", "antecedentes"]),
        (Topic::Rollback, &["reversion*", "revertir", "vuelta atras", "marcha atras", "retroceso", "plan de contingencia", "contingencia*", "deshacer"]),
        (Topic::Restore, &["restauracion*", "recuperacion*"]),
        (Topic::Urgent, &["emergencia*"]),
        (Topic::Moves, &["migrar"]),
        (Topic::No, &["sin", "ningun"]),
        (Topic::Rehearsal, &["preparacion*", "ensayo*", "prueba*"]),
        (Topic::Failure, &["fall*", "error*", "problema*"]),
    (Topic::Order, &["migrar", "actualizar", "cargar", "recargar", "importar", "copiar", "crear", "eliminar", "borrar", "desactivar", "activar", "silenciar", "reiniciar", "ejecutar", "aplicar", "instalar", "reemplazar", "renombrar"]),
    (Topic::Fails, &["si falla*", "si algo*", "en caso de fallo*", "en caso de error*", "en caso de problema*"]),
        (Topic::Staged, &["despliegue*", "migracion*", "puesta en produccion", "puesta en marcha", "lanzamiento*", "actualizacion*", "liberacion", "cambio", "implantacion*", "implementacion*", "ejecucion*"]),
        (Topic::Pre, &["antes de", "antes del", "previo al", "previo a"]),
        (Topic::Post, &["despues de", "despues del", "tras el", "tras la", "posterior*"]),
        (Topic::BeforeStrong, &["requisitos previos", "prerrequisitos", "pasos previos", "previo*", "comprobaciones previas"]),
        (Topic::AfterStrong, &["seguimiento", "pasos posteriores"]),
        (Topic::Before, &["preparacion*", "preparativos", "copia de seguridad", "copias de seguridad", "respaldo*", "planificacion*"]),
        (Topic::Verify, &["verificacion*", "validacion*", "comprobacion*", "pruebas de humo", "pruebas funcionales"]),
        (Topic::After, &["monitoreo*", "monitorizacion*", "supervision", "limpieza*", "retrospectiva", "observacion*", "cierre"]),
        (Topic::Deploy, &["despliegue*", "migracion*", "puesta en produccion", "puesta en marcha", "ejecucion*", "lanzamiento*", "actualizacion*", "durante", "aplicacion de"]),
        (Topic::Testing, &["pruebas"]),
        (Topic::Steps, &["pasos", "paso", "procedimiento*", "instrucciones", "proceso", "tareas", "lista de verificacion", "lista de comprobacion", "lista de control"]),
        (Topic::Checklist, &["lista de verificacion", "lista de comprobacion", "lista de control"]),
        (Topic::And, &["y"]),
        (Topic::Small, &["el", "la", "los", "las", "de", "del", "y", "si", "necesario", "plan"]),
    ],
    ordinals: &[("paso", Ordinal::Number), ("parte", Ordinal::Number), ("fase", Ordinal::Phase), ("etapa", Ordinal::Phase), ("opcion", Ordinal::Option), ("variante", Ordinal::Option), ("metodo", Ordinal::Option)],
    either: &["o bien", "o manualmente", "alternativamente", "de lo contrario"],
    expected: &["esperado", "resultado esperado", "salida esperada", "se espera"],
    lasts: &["duracion estimada", "tiempo estimado", "duracion"],
    times: &[("minuto", "minute"), ("minutos", "minutes"), ("hora", "hour"), ("horas", "hours"), ("segundo", "second"), ("segundos", "seconds"), ("dia", "day"), ("dias", "days"), ("semana", "week"), ("semanas", "weeks"), ("antes", "before"), ("despues", "after"), ("aproximadamente", "about"), ("unos", "about"), ("menos de", "less than"), ("hasta", "up to"), ("mas de", "more than"), ("primera", "first"), ("primeras", "first"), ("primeros", "first"), ("primer", "first"), ("dentro de", "within")],
    back: &["reversion", "revertir", "vuelta atras", "marcha atras"],
    back_if: &["revertir si", "reversion si", "rollback si", "volver atras si", "abortar si"],
    in_case: &["si", "solo si", "en caso", "para deshacer", "para revertir"],
    in_case_of: &["cuando", "para", "tras"],
    choose: &["decidir", "elegir", "escoger"],
    name: &["nombre", "persona", "quien"],
    role: &["rol", "funcion", "cargo", "responsable", "equipo", "puesto"],
    jobs: &["responsable", "jefe", "lider", "administrador", "arquitecto", "desarrollador", "gerente"],
};
