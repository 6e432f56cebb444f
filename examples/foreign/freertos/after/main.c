// SPDX-License-Identifier: BSD-3-Clause
// FreeRTOS application: a task that says which release it is and then a dot each tenth of a second.
#include "FreeRTOS.h"
#include "task.h"
#include "uart.h"

void update_task(void *argument);

static void heartbeat(void *argument)
{
    (void)argument;
    uart_print("freertos release " RELEASE "\r\n");
    for (;;) {
        vTaskDelay(pdMS_TO_TICKS(100));
        uart_print(".");
    }
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
    (void)task;
    uart_print(name);
    for (;;)
        ;
}

int main(void)
{
    uart_init();
    xTaskCreate(heartbeat, "heartbeat", configMINIMAL_STACK_SIZE, NULL, 1, NULL);
    xTaskCreate(update_task, "update", 512, NULL, 2, NULL);
    vTaskStartScheduler();
    for (;;)
        ;
}
